import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { SampleLine } from '../../../core/training/sample-line.js';
import type { StepMetrics } from '../../../core/training/step-metrics.js';

/** Colours of sources, legible on white and on near-black. */
const palette = [
  '#4269d0',
  '#e08d00',
  '#e4573d',
  '#3ca951',
  '#a463f2',
  '#2a9d8f',
  '#d6548f',
  '#7a8fa6',
] as const;

/** The colour of a source, by its position in the recipe. */
export function colorOf(index: number): string {
  return palette[index % palette.length] ?? palette[0];
}

/** Most points of a curve: more are not visible, and the page would grow with the run. */
const maxPoints = 600;

/** Training loss in nats a trained token, raw and smoothed, as SVG text. */
export function lossChart(metrics: readonly StepMetrics[]): string {
  const points = thin(metrics.map(({ step, train_mean_nll }) => ({ step, nll: train_mean_nll })));
  const window = Math.max(1, Math.round(points.length / 20));
  return svg({
    ariaLabel: 'Training loss by step',
    y: { label: 'nats a trained token', grid: true, zero: false },
    marks: [
      Plot.lineY(points, { x: 'step', y: 'nll', stroke: colorOf(0), strokeOpacity: 0.35 }),
      Plot.lineY(
        points,
        Plot.windowY(
          { k: window, anchor: 'middle' },
          { x: 'step', y: 'nll', stroke: colorOf(0), strokeWidth: 2.2 },
        ),
      ),
    ],
  });
}

/** Learning rate by step, as SVG text. */
export function learningRateChart(metrics: readonly StepMetrics[]): string {
  const points = thin(metrics.map(({ step, learning_rate }) => ({ step, nll: learning_rate })));
  return svg({
    ariaLabel: 'Learning rate by step',
    y: {
      label: 'learning rate',
      grid: true,
      zero: true,
      tickFormat: (rate: number) => String(Number(rate.toPrecision(3))),
    },
    marks: [Plot.lineY(points, { x: 'step', y: 'nll', stroke: colorOf(1), strokeWidth: 2.2 })],
  });
}

/** Held-out loss by step, as SVG text: one curve per source, and a bold one of all rows. */
export function heldoutChart(samples: readonly SampleLine[], sources: readonly string[]): string {
  const all = samples.flatMap(({ step, heldout_nll }) =>
    heldout_nll === null ? [] : [{ step, nll: heldout_nll }],
  );
  const curve = (points: readonly Point[], stroke: string, strokeWidth: number): Plot.Markish[] => [
    Plot.lineY(points, { x: 'step', y: 'nll', stroke, strokeWidth }),
    // Not `marker`: Plot numbers markers across the process, and equal runs must give equal pages.
    Plot.dot(points, { x: 'step', y: 'nll', fill: stroke, r: strokeWidth + 1 }),
  ];
  return svg({
    ariaLabel: 'Held-out loss by step and source',
    y: { label: 'nats a trained token', grid: true, zero: false },
    marks: [
      ...sources.map((source, index) => curve(pointsOf(samples, source), colorOf(index), 1.8)),
      curve(all, 'currentColor', 2.8),
    ],
  });
}

function pointsOf(samples: readonly SampleLine[], source: string): Point[] {
  return samples.flatMap(({ step, heldout_nll_by_source }) => {
    const nll = heldout_nll_by_source[source];
    return nll == null ? [] : [{ step, nll }];
  });
}

interface Point {
  readonly step: number;
  readonly nll: number;
}

/** Means of equal stretches, where there are more points than {@link maxPoints}. */
function thin(points: readonly Point[]): readonly Point[] {
  const stretch = Math.ceil(points.length / maxPoints);
  if (stretch <= 1) return points;
  const means: Point[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch);
    const middle = part[Math.floor(part.length / 2)];
    if (middle !== undefined)
      means.push({ step: middle.step, nll: part.reduce((sum, { nll }) => sum + nll, 0) / part.length });
  }
  return means;
}

function svg(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const figure = Plot.plot({
    document,
    className: 'plot',
    width: 480,
    height: 270,
    marginLeft: 58,
    marginBottom: 40,
    marginTop: 26,
    style: { fontSize: '13px', background: 'none', overflow: 'visible' },
    x: { label: 'step', tickFormat: ',d', ticks: 6 },
    ...options,
  });
  return figure.outerHTML;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const Alerts = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Headrace[A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});

const Target = z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() });

const Dashboard = z.object({
  uid: z.string(),
  panels: z.array(
    z.object({
      id: z.number(),
      type: z.enum(['row', 'timeseries']),
      title: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(Target).default([]),
    }),
  ),
});

/** A rule of deploy/prometheus/alerts.yml. */
export type Alert = z.infer<typeof Alerts>['groups'][number]['rules'][number];

/** The rules of deploy/prometheus/alerts.yml. */
export async function alerts(root: string): Promise<readonly Alert[]> {
  const text = await readFile(join(root, 'deploy/prometheus/alerts.yml'), 'utf8');
  return Alerts.parse(parse(text)).groups.flatMap(({ rules }) => rules);
}

/** A panel of deploy/grafana/headrace.json. */
export type Panel = z.infer<typeof Dashboard>['panels'][number];

/** The panels of deploy/grafana/headrace.json, rows among them, with Grafana's variables replaced. */
export async function panels(root: string): Promise<readonly Panel[]> {
  const text = await readFile(join(root, 'deploy/grafana/headrace.json'), 'utf8');
  return Dashboard.parse(JSON.parse(text.replaceAll('$__rate_interval', '1m'))).panels;
}

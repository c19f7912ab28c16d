import type { WorkerPlugin } from '@temporalio/worker';
import { fromEnv } from '../core/env.js';
import type { Env } from '../core/env.js';

/** Exports spans of workflows and activities. */
export interface Traces {
  readonly plugin: WorkerPlugin;
  /** Sends what is not sent yet. */
  close(): Promise<void>;
}

/** Standard variables of OpenTelemetry that name a collector. */
const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/**
 * Traces over OTLP/HTTP where the environment names a collector; else `undefined`.
 *
 * @param onWarning - called where spans cannot be sent, once for each reason.
 */
export async function openTraces(
  env: Env,
  onWarning: (message: string) => void,
): Promise<Traces | undefined> {
  if (endpoints.every((name) => fromEnv(env, name) === undefined)) return undefined;
  // Loaded here, as few workers export traces.
  const [api, { AsyncContext }, { OpenTelemetryPlugin }, { OTLPTraceExporter }, { Resource }, sdk] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('./async-context.js'),
      import('@temporalio/interceptors-opentelemetry'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-base'),
    ]);
  api.diag.setLogger(onceEach(onWarning), api.DiagLogLevel.WARN);
  const resource = new Resource({ 'service.name': fromEnv(env, 'OTEL_SERVICE_NAME') ?? 'headrace' });
  const spanProcessor = new sdk.BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new sdk.BasicTracerProvider({ resource, spanProcessors: [spanProcessor] });
  // With them the spans of an activity are part of the trace of its workflow.
  provider.register({ contextManager: new AsyncContext() });
  return {
    plugin: new OpenTelemetryPlugin({ resource, spanProcessor, tracer: provider.getTracer('headrace') }),
    close: async () => await provider.shutdown(),
  };
}

type Log = (message: string, ...details: readonly unknown[]) => void;

/** A logger of OpenTelemetry: a collector that is down would be reported every few seconds. */
function onceEach(onWarning: (message: string) => void): Record<LogLevel, Log> {
  const said = new Set<string>();
  const log: Log = (message, ...details) => {
    const text = ['Traces:', message, ...details.map(String)].join(' ');
    if (!said.has(text)) onWarning(text);
    said.add(text);
  };
  return { error: log, warn: log, info: log, debug: log, verbose: log };
}

type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'verbose';

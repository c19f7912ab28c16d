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

/** Traces over OTLP/HTTP where the environment names a collector; else `undefined`. */
export async function openTraces(env: Env): Promise<Traces | undefined> {
  if (endpoints.every((name) => fromEnv(env, name) === undefined)) return undefined;
  // Loaded here, as few workers export traces.
  const [{ OpenTelemetryPlugin }, { OTLPTraceExporter }, { Resource }, sdk] = await Promise.all([
    import('@temporalio/interceptors-opentelemetry'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
  ]);
  const resource = new Resource({ 'service.name': fromEnv(env, 'OTEL_SERVICE_NAME') ?? 'headrace' });
  const spanProcessor = new sdk.BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new sdk.BasicTracerProvider({ resource, spanProcessors: [spanProcessor] });
  return {
    plugin: new OpenTelemetryPlugin({ resource, spanProcessor, tracer: provider.getTracer('headrace') }),
    close: async () => await provider.shutdown(),
  };
}

import { InterceptingCall, Metadata, status } from '@grpc/grpc-js';
import type { Interceptor } from '@grpc/grpc-js';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

/**
 * The SDK's own retries of failed calls, ended by the closing of the connection. By themselves they call a closed channel again,
 * which throws "Channel has been shut down" from a timer, where nobody can catch it, and ends the process.
 */
export function retriesUntilClosed(isClosed: () => boolean): Interceptor[] {
  const notOnceClosed: Interceptor = (options, nextCall) =>
    isClosed() ? callOfClosedConnection() : new InterceptingCall(nextCall(options));
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), notOnceClosed];
}

/** A call that goes nowhere and is answered at once. */
function callOfClosedConnection(): InterceptingCall {
  const nowhere = {
    start: () => undefined,
    sendMessage: () => undefined,
    sendMessageWithContext: () => undefined,
    startRead: () => undefined,
    halfClose: () => undefined,
    cancelWithStatus: () => undefined,
    getPeer: () => '',
    getAuthContext: () => null,
  };
  return new InterceptingCall(nowhere, {
    start: (_metadata, listener) => {
      listener.onReceiveMessage(null);
      listener.onReceiveStatus({
        code: status.CANCELLED,
        details: 'the connection was closed',
        metadata: new Metadata(),
      });
    },
  });
}

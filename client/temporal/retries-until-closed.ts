import { InterceptingCall, Metadata, status } from '@grpc/grpc-js';
import type { Interceptor } from '@grpc/grpc-js';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

/**
 * The SDK's retries of failed calls, which end when the connection is closed. The SDK alone calls the closed
 * channel again, which throws "Channel has been shut down" from a timer and ends the process.
 */
export function retriesUntilClosed(isClosed: () => boolean): Interceptor[] {
  const refuseWhenClosed: Interceptor = (options, nextCall) =>
    isClosed() ? cancelledCall() : new InterceptingCall(nextCall(options));
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), refuseWhenClosed];
}

/** A call that sends nothing and is answered at once with CANCELLED. */
function cancelledCall(): InterceptingCall {
  const noCall = {
    start: () => undefined,
    sendMessage: () => undefined,
    sendMessageWithContext: () => undefined,
    startRead: () => undefined,
    halfClose: () => undefined,
    cancelWithStatus: () => undefined,
    getPeer: () => '',
    getAuthContext: () => null,
  };
  return new InterceptingCall(noCall, {
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

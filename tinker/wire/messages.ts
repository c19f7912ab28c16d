import protobuf from 'protobufjs';
import { tinkerPublicProto } from './tinker-public-proto.js';

const { root } = protobuf.parse(tinkerPublicProto, { keepCase: true });

/** Names of the messages that travel as whole bodies. */
export type WireMessage = 'ForwardBackwardRequest' | 'ForwardBackwardOutput' | 'SampleResponse';

/** The protobufjs type of a message, for instance for a server of the same protocol. */
export function messageType(name: WireMessage): protobuf.Type {
  return root.lookupType(`tinker_public.${name}`);
}

/** Encodes a message given with the field names of the `.proto`, enums by name. */
export function encodeMessage(name: WireMessage, fields: Readonly<Record<string, unknown>>): Uint8Array {
  const type = messageType(name);
  return type.encode(type.fromObject(fields)).finish();
}

/**
 * Decodes a message: int64 as number, enums by name, bytes as Uint8Array; lists and maps are always there.
 */
export function decodeMessage(name: WireMessage, bytes: Uint8Array): unknown {
  const type = messageType(name);
  return type.toObject(type.decode(bytes), { longs: Number, enums: String, arrays: true, objects: true });
}

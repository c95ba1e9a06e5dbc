export { bool, bytes, chosenInt32, embedded, embeddedBytes, int32, int64, mapOfBytes, mapOfBytesByNumber, mapOfMessages, mapOfNumbers, repeatedBytes, repeatedMessages, repeatedStrings, string, uint32, uint64 } from './fields';
export { FieldWriter } from './field-writer';
export { listFields, type WireField } from './list-fields';
export { message, type Decoded, type Field, type MessageType, type Values } from './message';
export { textOf } from './text-of';
export { WireError } from './wire-error';
export { WireReader } from './wire-reader';
export { WireWriter } from './wire-writer';

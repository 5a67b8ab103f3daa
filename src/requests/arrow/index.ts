export { ArrowFile, startsAsFile } from './file.js';
export { type EncodedBatch, MemoryBytes, openBatch } from './inflate.js';
export { ArrowRequestWriter } from './request_writer.js';
export { readArrowStream } from './stream.js';
export { ArrowVerdictWriter } from './verdict_writer.js';

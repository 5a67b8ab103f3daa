// Files of apache-arrow that its package does not document, all in one place: the metadata of messages and of file footers,
// as classes that read and write flatbuffers. package.json pins the version.
export { FileBlock, Footer } from 'apache-arrow/ipc/metadata/file';
export { BufferRegion, DictionaryBatch, FieldNode, Message, RecordBatch } from 'apache-arrow/ipc/metadata/message';

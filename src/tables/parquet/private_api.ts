// Files of hyparquet that its package does not document, all in one place: names of enums in the order of their numbers, and a
// decoder. package.json pins the version.
export {
  CompressionCodecs,
  ConvertedTypes,
  Encodings,
  FieldRepetitionTypes,
  PageTypes,
  ParquetTypes,
} from 'hyparquet/src/constants.js';
export { byteStreamSplit } from 'hyparquet/src/encoding.js';

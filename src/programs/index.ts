export { readBpfObject } from './read_object.js';

/**
 * The file that every worker starts with: imports the worker file, whose address is the last argument of its thread.
 * Piscina asks require() for its file first. Node 20.19 and later end the whole process where a thread ends while require() links
 * an ES module; import() has no such fault.
 */
const file = process.argv.at(-1) as string;

/** The worker's handler. */
exports.handler = import(file).then((module: { readonly default: unknown }) => module.default);

import { accessSync, constants, type Stats, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { formatOf, type TableFormat } from '../../tables/formats.js';
import { BatchFileError } from '../errors.js';
import { AtomicFile, type AtomicFileOptions } from './atomic_file.js';
import { descriptorOf } from './descriptor_path.js';
import { DeviceFile } from './device_file.js';
import { FileSink } from './file_sink.js';
import { finishAll, type OpenSink } from './open_sink.js';
import { FifoSink, StreamSink } from './stream_sink.js';

/** What messages call it. */
const STDOUT = 'standard output';

/** Where a table goes: verdict rows, requests, counts. */
export type BatchSink =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly path: string; readonly format: TableFormat }
  | { readonly kind: 'stdout'; readonly format: TableFormat }
  /** A stream that the caller ends. Where its reader goes away, the batch ends early. */
  | { readonly kind: 'stream'; readonly stream: Writable; readonly format: TableFormat };

/**
 * The sink of a path: nothing, standard output (`-`, /dev/stdout, /dev/fd/1), or a file. Throws an InvalidArgumentError where
 * no format is given and the name does not tell it.
 */
export function sinkOf(path: string | undefined, given?: TableFormat): BatchSink {
  if (path === undefined) return { kind: 'none' };
  const format = given ?? formatOf(path);
  return path === '-' || descriptorOf(path) === 1 ? { kind: 'stdout', format } : { kind: 'file', path, format };
}

export interface OpenSinkOptions extends AtomicFileOptions {
  readonly signal?: AbortSignal | undefined;
  /** In place of standard output. */
  readonly stdout?: Writable;
}

/**
 * Opens a sink; undefined for none. A regular file is replaced when it is complete; anything else is written to as it is:
 * a device, a FIFO (which is opened by the first write, once it has a reader), a descriptor (/dev/fd/3).
 * Throws a BatchFileError.
 */
export function openSink(sink: BatchSink, options: OpenSinkOptions = {}): OpenSink | undefined {
  const { signal, stdout = process.stdout } = options;
  if (sink.kind === 'none') return undefined;
  if (sink.kind === 'stdout') return new StreamSink(STDOUT, stdout, signal);
  if (sink.kind === 'stream') return new StreamSink('the output stream', sink.stream, signal);
  const { path } = sink;
  const existing = options.isNew ? undefined : existingAt(path);
  if (existing?.isFIFO()) return new FifoSink(path, signal);
  const descriptor = existing?.isFile() ? descriptorOf(path) : undefined;
  if (descriptor !== undefined) return new FileSink(DeviceFile.over(path, descriptor));
  if (existing && !existing.isFile() && !existing.isDirectory()) return new FileSink(DeviceFile.open(path));
  return new FileSink(AtomicFile.open(path, options));
}

/** Opens several, all or none. Rejects with a BatchFileError. */
export async function openSinks(
  sinks: readonly BatchSink[],
  options: OpenSinkOptions,
): Promise<(OpenSink | undefined)[]> {
  const opened: (OpenSink | undefined)[] = [];
  try {
    for (const sink of sinks) opened.push(openSink(sink, options));
    return opened;
  } catch (error) {
    for (const output of opened) await output?.discard();
    throw error;
  }
}

/** Writes one text as a whole output. Throws as finishAll() does. */
export async function writeWhole(
  path: string,
  text: string | Uint8Array,
  options: OpenSinkOptions = {},
): Promise<void> {
  const output = openSink(sinkOf(path, 'csv'), options);
  try {
    await output?.write(text);
    await finishAll([output], options.signal);
  } catch (error) {
    await output?.discard();
    throw error;
  }
}

/** What is at the path, through links. A FIFO is asked whether it may be written to: it is not opened yet. */
function existingAt(path: string): Stats | undefined {
  try {
    const existing = statSync(path, { throwIfNoEntry: false });
    if (existing?.isFIFO()) accessSync(path, constants.W_OK);
    return existing;
  } catch (error) {
    throw new BatchFileError('write', path, error);
  }
}

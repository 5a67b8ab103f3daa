import { FORMAT_NAMES, type Format } from './formats.js';
import type { FileStatus, LineKind } from './line_account.js';
import type { Reading } from './read_delegations.js';

/** How many files of a format have each status, and how many of their lines are of each kind. */
export interface LineCounts extends Readonly<Record<FileStatus | LineKind, number>> {
  readonly format: Format;
  readonly files: number;
  readonly lines: number;
}

/** Counts files and their lines, by format, in the order of FORMATS. Formats without a file are left out. */
export function countLines(readings: readonly Reading[]): LineCounts[] {
  return FORMAT_NAMES.flatMap((format) => {
    const files = readings.filter((reading) => reading.format === format).flatMap((reading) => reading.files);
    if (files.length === 0) return [];
    const lines = files.flatMap((file) => file.lines);
    const ofStatus = (wanted: FileStatus) => files.filter(({ status }) => status === wanted).length;
    const ofKind = (wanted: LineKind) => lines.filter(({ kind }) => kind === wanted).length;
    const counts = {
      files: files.length,
      passed: ofStatus('passed'),
      partly: ofStatus('partly'),
      failed: ofStatus('failed'),
      lines: lines.length,
      understood: ofKind('understood'),
      irrelevant: ofKind('irrelevant'),
      warning: ofKind('warning'),
    };
    return [{ format, ...counts }];
  });
}

import { BadRowError, BatchFileError, errorCode } from '../batch/errors.js';
import { RecordingError } from '../conformance/errors.js';
import { ScenarioError } from '../diagnostics/diagnostics.js';
import { BpfTokenSimError } from '../errors.js';
import { RequestTableError } from '../tables/request_table.js';
import { printable } from '../text/printable.js';
import type { DiagnosticJson, ErrorJson } from './schemas/error.js';

/** What other errors can say besides their message. */
type Remarks = Partial<Record<'file' | 'field' | 'nearest', string>>;

/** An error that is for people, as JSON: one thrown on purpose, or one of the system. `message` is what is said of it in text. */
export function errorJson(error: Error, message: string): ErrorJson {
  return {
    schema: 'bpf-token-sim/error/1',
    code: error instanceof BpfTokenSimError ? error.code : 'SYSTEM',
    message,
    errno: errnoOf(error) ?? errnoOf(error.cause) ?? null,
    diagnostics: diagnosticsOf(error),
  };
}

/** The name of the system's error number: other codes than those have an underscore. */
function errnoOf(error: unknown): string | undefined {
  if (error instanceof BpfTokenSimError) return undefined;
  const code = errorCode(error);
  return code !== undefined && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

function diagnosticsOf(error: Error): DiagnosticJson[] {
  if (error instanceof ScenarioError) return error.diagnostics.map(diagnostic);
  if (error instanceof BadRowError) {
    const { column: field, ...problem } = error.problem;
    return [diagnostic({ ...problem, file: error.file, field })];
  }
  if (error instanceof RequestTableError) {
    const { file, line, column: field, reason: message } = error;
    return [diagnostic({ file, line, field, message })];
  }
  if (error instanceof RecordingError) {
    const { file, line, column, reason: message } = error;
    return [diagnostic({ file, line, column, message })];
  }
  if (error instanceof BatchFileError) return [diagnostic({ file: error.path, message: error.message })];
  const { file, field, nearest } = error as Remarks;
  const isPlaced = [file, field, nearest].some((remark) => remark !== undefined);
  return isPlaced ? [diagnostic({ file, field, nearest, message: error.message })] : [];
}

type Known = Pick<DiagnosticJson, 'message'> & {
  readonly [Key in keyof DiagnosticJson]?: DiagnosticJson[Key] | undefined;
};

function diagnostic({ file, line, column, row, field, message, nearest }: Known): DiagnosticJson {
  return {
    file: file ?? null,
    line: line ?? null,
    column: column ?? null,
    row: row ?? null,
    field: field ?? null,
    message: printable(message),
    nearest: nearest ?? null,
  };
}

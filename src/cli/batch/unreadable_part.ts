import { RequestTableError } from '../../requests/table.js';
import { BatchFileError } from './errors.js';
import type { PartFindings } from './summary.js';

/** Why a part cannot be read: an error loses its class on its way between threads. */
export interface UnreadablePart {
  readonly refused: Pick<RequestTableError, 'file' | 'line' | 'column' | 'reason'> | { file: string; cause: unknown };
}

/** What a worker found. Throws a RequestTableError or a BatchFileError where that is that it cannot be read. */
export function readable(found: PartFindings | UnreadablePart): PartFindings {
  if (!('refused' in found)) return found;
  const { refused } = found;
  if ('cause' in refused) throw new BatchFileError('read', refused.file, refused.cause);
  throw new RequestTableError(refused.file, refused.line, refused.column, refused.reason);
}

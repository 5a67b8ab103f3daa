import { createColumns, setRow } from '../engine/columns.js';
import { permissionCells } from '../kernel/permission_cells.js';
import { requestOf } from '../kernel/world.js';
import type { Matrix } from '../report/matrix.js';
import { VerdictRows } from '../tables/text/verdict_writer.js';

/** A table of verdicts (docs/requests.md), which can be read as a table of requests again. */
export function matrixCsv({ world, task, token, verdicts }: Matrix): string {
  const cells = permissionCells(world.profile.vocabulary);
  const columns = createColumns(cells.length);
  const bytes = new Uint8Array(cells.length);
  cells.forEach(({ cmd, type, attachType }, row) => {
    setRow(columns, row, { ...requestOf({ task, cmd }), token, type, attachType });
    bytes[row] = verdicts.verdictOf(cmd, type, attachType);
  });
  const rows = new VerdictRows(world, 'csv');
  const text = rows.rows({ columns, rows: cells.length, firstRow: 0, bad: new Map() }, bytes);
  return rows.header + new TextDecoder().decode(text);
}

import { createColumns, setRow } from '../engine/columns.js';
import { createMemory } from '../engine/wasm.js';
import { permissionCells } from '../kernel/permission_cells.js';
import { requestOf } from '../kernel/world.js';
import type { Matrix } from '../report/matrix.js';
import { TextPartEncoder } from '../tables/text/part_encoder.js';
import { verdictFragments } from '../tables/text/row_fragments.js';

/** A table of verdicts (docs/requests.md), which can be read as a table of requests again. */
export function matrixCsv({ world, task, token, verdicts }: Matrix): string {
  const cells = permissionCells(world.profile.vocabulary);
  const columns = createColumns(cells.length);
  const bytes = new Uint8Array(cells.length);
  cells.forEach(({ cmd, type, attachType }, row) => {
    setRow(columns, row, { ...requestOf({ task, cmd }), token, type, attachType });
    bytes[row] = verdicts.verdictOf(cmd, type, attachType);
  });
  const fragments = verdictFragments(world, 'csv');
  const encoder = new TextPartEncoder(createMemory(true), fragments);
  encoder.add({ columns, rows: cells.length, firstRow: 0, bad: new Map() }, bytes);
  const decoder = new TextDecoder();
  // A copy: what decodes does not take shared memory.
  return (
    fragments.header +
    encoder
      .take()
      .map(({ bytes: text }) => decoder.decode(text.slice()))
      .join('')
  );
}

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { factsText } from '../../src/host/facts/facts_text.js';
import { processFacts, SMALL_HOST } from '../host/small_host.js';
import { inProcess } from './run_cli.js';
import { temporaryFiles } from './temporary_files.js';

const { folder } = temporaryFiles('snapshot-limits');
const at = (name: string) => join(folder, name);

test('a snapshot of a host with more than a scenario may have was a scenario that no command reads', async () => {
  const many = Array.from({ length: 65_536 }, (_, i) => {
    const uid = 100_000 + i;
    return processFacts(1000 + i, { uid: [uid, uid, uid, uid], effective: '0000000000000000' });
  });
  mkdirSync(at('many'));
  writeFileSync(at('many/host-facts.json'), factsText({ ...SMALL_HOST, processes: many }));
  const out = at('many.yaml');
  const { code, stderr } = await inProcess(['snapshot', '--from', at('many'), '--out', out]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('at most 65535 fit a scenario') });
  expect(existsSync(out)).toBe(false);
});

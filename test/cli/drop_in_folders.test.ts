import { expect, test } from 'vitest';
import { dropInFolders } from '../../src/cli/drop_in_folders.js';
import { inProcess } from './run_cli.js';
import { temporaryFiles } from './temporary_files.js';

const { file } = temporaryFiles('drop-in-folders');

/** In the order in which systemd 262 lets one folder win over another, as `systemd --test` shows it for each two of them. */
test.each([
  ['a-b-x@i-j.service', ['a-b-x@i-j', 'a-b-x@', 'a-b-', 'a-', 'a-b-@i-j', 'a-b-@', 'a-@i-j', 'a-@']],
  ['p-q-r.service', ['p-q-r', 'p-q-', 'p-']],
  ['web@.service', ['web@']],
  ['web.service', ['web']],
])('the folders of %s', (unit, names) => {
  expect(dropInFolders(unit)).toEqual([...names.map((name) => `${name}.service.d`), 'service.d']);
});

test('an instance did not take the drop-ins of its template and of its type', async () => {
  const unit = file('foo@bar.service', '[Service]\nExecStart=/bin/x\nPrivateBPF=yes\nDelegateNamespaces=mnt\n');
  file('foo@.service.d/10.conf', '[Service]\nBPFDelegateCommands=BPFProgLoad\n');
  file('foo@.service.d/20.conf', '[Service]\nBPFDelegateMaps=BPFMapTypeHash\n');
  file('foo@bar.service.d/20.conf', '[Service]\nBPFDelegateMaps=BPFMapTypeArray\n');
  file('service.d/05.conf', '[Service]\nBPFDelegatePrograms=BPFProgTypeXdp\n');
  const { stdout } = await inProcess(['read', unit, '--json']);
  const { masks } = JSON.parse(stdout).readings[0].delegations[0];
  expect([masks.cmds.names, masks.maps.names, masks.progs.names]).toEqual([['prog_load'], ['array'], ['xdp']]);
});

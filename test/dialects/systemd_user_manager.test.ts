import { expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';

const TEXT = '[Service]\nExecStart=/bin/web\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateMaps=any\n';

test('a unit in the folder of a user manager delegates nothing', () => {
  for (const folder of ['/etc/systemd/user', '/home/a/.config/systemd/user', 'systemd/user']) {
    const { files, delegations } = readDelegations({ file: `${folder}/web.service`, text: TEXT });
    expect(files[0]?.warnings.map(({ code, line }) => `${code} ${line}`)).toEqual(['user-manager 3']);
    expect(delegations[0]?.unusable).toBe('a user manager mounts no bpffs');
  }
  const { files } = readDelegations({ file: '/etc/systemd/system/web.service', text: TEXT });
  expect(files[0]?.warnings).toEqual([]);
});

test('so does one that systemctl --user cat prints', () => {
  const text = `# /usr/lib/systemd/user/web.service\n${TEXT}`;
  const { files } = readDelegations({ file: '<stdin>', text });
  expect(files[0]?.warnings.map(({ code }) => code)).toEqual(['user-manager']);
});

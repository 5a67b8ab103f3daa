// The build that `npm ci` runs. An install without development tools has no compiler: it then uses what is built, and
// says so where nothing is.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

function isInstalled(name) {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

if (['assemblyscript', 'rolldown', 'typescript', 'wireit'].every(isInstalled)) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
} else if (existsSync('dist')) {
  console.error('bpf-token-sim: no compiler here (development dependencies are omitted); the build in dist is used');
} else {
  console.error(
    'bpf-token-sim: no compiler here (development dependencies are omitted), and nothing is built: run npm ci without --omit=dev',
  );
}

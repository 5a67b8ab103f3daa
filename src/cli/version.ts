import { wasmFeatures } from '../engine/wasm_features.js';
import { PROFILES, PROFILES_IN_BRIEF } from '../kernel/profile.js';
import type { VersionJson } from '../report/schemas/version.js';
import { type Output, writeJson, writeText } from './output.js';
import { packageVersion } from './package_version.js';

/** Writes what this is, and what of it this machine can run. */
export function writeVersion(output: Output, isJson: boolean): void {
  const version = packageVersion();
  const features = wasmFeatures();
  if (isJson) {
    const profiles = PROFILES.map(({ name }) => name);
    const json: VersionJson = {
      schema: 'bpf-token-sim/version/1',
      version,
      node: process.versions.node,
      profiles,
      wasm: features,
    };
    writeJson(output, json);
    return;
  }
  const wasm = Object.entries(features).map(
    ([name, isThere]) => `${name.replaceAll('_', ' ')} ${isThere ? 'yes' : 'no'}`,
  );
  writeText(
    output,
    `bpftoken ${version}\nNode ${process.versions.node}\nprofiles ${PROFILES_IN_BRIEF}\nWebAssembly ${wasm.join(', ')}\n`,
  );
}

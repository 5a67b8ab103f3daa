import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

/** Names that more than one file may export, each with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {};

/** The names under which a file exports what it declares itself; a name in `export … from` counts where it is a new one. */
function exportedNames(file: string, text: string): string[] {
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const imported = new Set(statements.filter(ts.isImportDeclaration).flatMap(importedNames));
  return statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (!exportClause) return [];
      if (ts.isNamespaceExport(exportClause)) return [exportClause.name.text];
      return exportClause.elements
        .filter(({ name, propertyName = name }) =>
          moduleSpecifier || imported.has(propertyName.text) ? propertyName.text !== name.text : true,
        )
        .map(({ name }) => name.text);
    }
    if (!isExported(statement)) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
    }
    const { name } = statement as ts.Statement & { readonly name?: ts.Node };
    return name && ts.isIdentifier(name) ? [name.text] : [];
  });
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function importedNames({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  return bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)));
}

/** The files that export each name that more than one of them does, by name. */
function sharedNames(files: ReadonlyMap<string, string>): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const [file, text] of files) {
    for (const name of new Set(exportedNames(file, text))) byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  return new Map([...byName].filter(([, exporters]) => exporters.length > 1));
}

const sources = new Map(
  readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => [file, readFileSync(join(SOURCES, file), 'utf8')]),
);

test('no two files export the same name for different things', () => {
  const shared = sharedNames(sources);
  const found = [...shared]
    .filter(([name]) => !(name in ALLOWED))
    .map(([name, files]) => `${name}: ${files.join(', ')}`);
  expect(found).toEqual([]);
  // An exception that is no longer needed is removed.
  expect(Object.keys(ALLOWED).filter((name) => !shared.has(name))).toEqual([]);
});

test('names are found in every form of an export, and a re-export is not a second one', () => {
  const files = {
    'a.ts': 'export interface A {}\nexport const { b, c: [d] } = x;\nconst e = 1, f = 2;\nexport { e, f as g };',
    'b.ts': "export { e } from './a.js';\nimport { b } from './a.js';\nexport { b };\nexport type A = 1;",
    'c.ts': 'export function d() {}\nexport async function* g() {}\nexport enum h {}',
    'd.ts': "export { e as h } from './a.js';\nexport class k {}\nclass A {}",
    'e.ts': "export * as k from './a.js';\nexport * from './a.js';",
  };
  expect(Object.fromEntries(sharedNames(new Map(Object.entries(files))))).toEqual({
    A: ['a.ts', 'b.ts'],
    d: ['a.ts', 'c.ts'],
    g: ['a.ts', 'c.ts'],
    h: ['c.ts', 'd.ts'],
    k: ['d.ts', 'e.ts'],
  });
});

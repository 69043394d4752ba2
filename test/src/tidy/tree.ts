import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** A text file of the project; `path` is relative to the root, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Says what is wrong, one line a finding, each beginning with the path. Empty: all is well. */
export type Rule = (files: readonly SourceFile[]) => readonly string[]

const NOT_OURS = new Set([
  '.git',
  '.spancost',
  '.tools',
  'coverage',
  'dist',
  'publish',
  'node_modules',
])
const TEXT = /\.(?:[cm]?[jt]sx?|json|ya?ml|md|sql|proto|css|html|sh)$|^(?:run|LICENSE|\.\w+)$/

/** Reads every text file under `root` that people write. */
export function readTree(root: string): readonly SourceFile[] {
  return listFiles(root, '').map((file) => ({
    path: file,
    text: readFileSync(path.join(root, file), 'utf8'),
  }))
}

function listFiles(root: string, folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name)
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : listFiles(root, file)
    return entry.isFile() && TEXT.test(entry.name) ? [file] : []
  })
}

/** What is compiled or run: TypeScript and JavaScript, tests among them. */
export function isCode({ path: file }: SourceFile): boolean {
  return /\.[cm]?[jt]sx?$/.test(file)
}

import { dirname, posix, relative, resolve } from "node:path"
import tseslint from "typescript-eslint"

/**
 * The walls between the layers: what each folder may import from, itself included. Nothing else is to be had there:
 * no Node module, no Moddable module, no package. Of platforms/platform.ts everyone may import the types.
 */
const WALLS = {
  "src/codec": ["src/codec"],
  "src/session": ["src/session", "src/codec"],
  "src/client": ["src/client", "src/session", "src/codec"],
  "src/telemetry": ["src/telemetry", "src/client", "src/session", "src/codec"],
  "src/cloud": ["src/cloud", "src/client", "src/session", "src/codec"],
  src: ["src"],
  // Engine neutral: these run in Node and in XS. (What they take from support/ is seen when they are bundled for XS.)
  "test-host/unit": ["src", "platforms/esp32", "test-host/unit", "test-host/support", "test-host/vectors", "test-host/harness/harness.js"],
}
const PLATFORM = "platforms/platform.js"

const walls = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      wall: "{{folder}} must not import {{target}}: it may import only from {{allowed}}",
      value: "{{folder}} may import types of {{target}}, nothing else",
    },
  },
  create(context) {
    const file = slashed(relative(context.cwd, context.filename))
    const folder = Object.keys(WALLS).find((folder) => isIn(folder, file))
    if (!folder) return {}

    function check(node, source, typesOnly) {
      const relativePath = typeof source === "string" && source.startsWith(".")
      const target = relativePath ? slashed(relative(context.cwd, resolve(dirname(context.filename), source))) : String(source)
      const allowed = WALLS[folder]
      if (target === PLATFORM && relativePath) {
        if (!typesOnly) context.report({ node, messageId: "value", data: { folder, target } })
      } else if (!relativePath || !allowed.some((folder) => isIn(folder, target))) {
        context.report({ node, messageId: "wall", data: { folder, target, allowed: allowed.join(", ") } })
      }
    }

    return {
      ImportDeclaration: (node) => check(node, node.source.value, isOfTypes(node, node.importKind)),
      ExportNamedDeclaration: (node) => node.source && check(node, node.source.value, isOfTypes(node, node.exportKind)),
      ExportAllDeclaration: (node) => check(node, node.source.value, node.exportKind === "type"),
      ImportExpression: (node) => check(node, node.source.value, false),
      TSImportType: (node) => check(node, node.source?.value ?? node.argument.literal.value, true),
    }
  },
}

function isOfTypes(node, kind) {
  return kind === "type" || (node.specifiers.length > 0 && node.specifiers.every((it) => (it.importKind ?? it.exportKind) === "type"))
}

function isIn(folder, path) {
  return path === folder || path.startsWith(folder + "/")
}

function slashed(path) {
  return path.replaceAll("\\", posix.sep)
}

/** What the core has only through Platform, and ways around that. */
const THROUGH_PLATFORM = [
  ["Date", "time comes from platform.clock"],
  ["globalThis", "the core uses the language's own globals by name, and nothing else"],
  ["Intl", "XS has none"],
].map(([name, message]) => ({ name, message }))

export default tseslint.config(
  { ignores: ["build/", "dist/", "coverage/", "node_modules/", "**/*.js", "!*.js", "**/*.d.ts"] },
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "mqtt-xs": { rules: { walls } } },
    rules: {
      "mqtt-xs/walls": "error",
      eqeqeq: "error",
      // Bits of a byte may have the same number as a shift.
      "@typescript-eslint/no-duplicate-enum-values": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // `/// <reference types="node" />`: the core's part of the project is not to have Node's types.
      "@typescript-eslint/triple-slash-reference": ["error", { types: "always" }],
    },
  },
  {
    // The language's own globals only: an undefined one is Node's, a browser's or Moddable's.
    files: ["src/**/*.ts"],
    languageOptions: { ecmaVersion: 2022, parserOptions: { lib: ["es2022"] } },
    rules: {
      "no-undef": "error",
      "no-restricted-globals": ["error", ...THROUGH_PLATFORM],
      "no-restricted-properties": ["error", { object: "Math", property: "random", message: "chance comes from platform.random" }],
      "@typescript-eslint/triple-slash-reference": ["error", { types: "never" }],
    },
  },
  {
    // TextEncoder stands in for what XS has natively, in text.ts alone.
    files: ["src/**/*.ts"],
    ignores: ["src/codec/text.ts"],
    rules: { "no-restricted-syntax": ["error", { selector: "VariableDeclaration[declare=true]", message: "the core has no globals but the language's own" }] },
  },
)

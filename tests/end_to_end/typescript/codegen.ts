import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "schema.graphql",
  documents: ["src/**/*.ts", "!src/gql/**"],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false, persistedDocuments: true },
      config: {
        documentMode: "string",
        strictScalars: true,
        useTypeImports: true,
        scalars: { Date: "string", DateTime: "string", Seconds: "number", URL: "string" },
      },
    },
  },
};

export default config;

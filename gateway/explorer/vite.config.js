import { defineConfig } from "vite";

export default defineConfig({
  // gateway/edge/explorer.py serves dist/index.html at /graphql and dist/assets/ below this base.
  base: "/graphql/explorer/",
  build: {
    // The licences of what is bundled travel with it.
    license: { fileName: "licenses.md" },
    // Files of their own, so that the content policy can do without `data:` where possible.
    assetsInlineLimit: 0,
    // Monaco is one large program, loaded once and cached for ever: there is nothing to split.
    chunkSizeWarningLimit: 4096,
    rolldownOptions: { onLog },
  },
  worker: { format: "es" },
});

/** Say nothing of "use client", which concerns servers that render React. */
function onLog(level, log, report) {
  if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
}

import { defineConfig } from "vite";

// The gateway serves `dist/index.html` at /graphql and `dist/assets/` below this base; see
// gateway/edge/explorer.py, which names the same path.
export default defineConfig({
  base: "/graphql/explorer/",
  build: {
    target: "es2023",
    // Monaco is one large program, loaded once and cached for ever: there is nothing to split.
    chunkSizeWarningLimit: 4096,
    // Everything is a file of our own: a strict policy then needs no `data:` for scripts or fonts.
    assetsInlineLimit: 0,
    // Written into the page as an inline script by some releases; modern browsers need none.
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Asset {
  readonly type: string;
  readonly content: string | Buffer;
}

/** Nothing comes from elsewhere, nothing goes elsewhere: the page works without an internet, and no other page frames it. */
export const PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kiroku: the API</title>
<link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="document"><p>The same as <a href="/api/docs-json">JSON</a>.</p></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/show.js"></script>
</body>
</html>
`;

/** No validator: it would ask a service in the internet. */
const SHOW = `SwaggerUIBundle({ url: '/api/docs-json', dom_id: '#document', deepLinking: true, validatorUrl: null, docExpansion: 'list', defaultModelsExpandDepth: 0 });
`;

const require = createRequire(import.meta.url);

/** The files of Swagger UI that the page uses; the package has more. */
const TYPES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8', 'swagger-ui-bundle.js': 'text/javascript; charset=utf-8', 'favicon-32x32.png': 'image/png',
};

/** What the page loads, by its name. */
export function assetCalled(name: string): Asset | undefined {
  if (name === 'show.js') return { type: 'text/javascript; charset=utf-8', content: SHOW };
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  return type === undefined ? undefined : { type, content: readFileSync(join(dirname(require.resolve('swagger-ui-dist/package.json')), name)) };
}

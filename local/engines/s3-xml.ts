import { s3Error } from './s3-error.ts';

/** What an element holds: text, children by name (a list repeats the element), or nothing where undefined. */
export type XmlContent = string | number | boolean | { readonly [name: string]: XmlContent | XmlList | undefined };
type XmlList = readonly XmlContent[];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document in S3's namespace. */
export const xmlDocument = (root: string, content: XmlContent): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${inner(content)}</${root}>`;

/** Errors are the only documents without a namespace. */
export const xmlError = (content: XmlContent): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner(content)}</Error>`;

function inner(content: XmlContent): string {
  if (typeof content !== 'object') return escaped(String(content));
  return Object.entries(content)
    .map(([name, value]) => elements(name, value))
    .join('');
}

function elements(name: string, value: XmlContent | XmlList | undefined): string {
  if (value === undefined) return '';
  const each: XmlList = Array.isArray(value) ? value : [value as XmlContent];
  return each.map((one) => `<${name}>${inner(one)}</${name}>`).join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters are not allowed in XML 1.0 in any spelling; S3 writes them as references all the same. */
const escaped = (text: string): string =>
  text.replaceAll(/[&<>"\p{Cc}\ufffe\uffff]/gu, (one) => ESCAPES[one] ?? `&#x${one.charCodeAt(0).toString(16)};`);

/** An element that was read. */
export type XmlElement = { readonly name: string; readonly text: string; readonly children: readonly XmlElement[] };

const TOKEN =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const MAX_DEPTH = 8;

/**
 * Reads elements and text; attributes and comments are passed over. Throws MalformedXML for everything else, document
 * types and their entities among it.
 */
export function parseXml(source: string): XmlElement {
  type Open = { name: string; text: string; children: XmlElement[] };
  const document: Open = { name: '', text: '', children: [] };
  const open: Open[] = [document];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < source.length; ) {
    const match = TOKEN.exec(source);
    if (match === null) throw s3Error('MalformedXML');
    const [, closing, name, , selfClosing, text] = match;
    const current = open.at(-1) ?? document;
    if (text !== undefined) current.text += unescaped(text);
    if (name === undefined) continue;
    if (closing === '/') {
      if (open.length === 1 || current.name !== name) throw s3Error('MalformedXML');
      open.pop();
      continue;
    }
    const element: Open = { name, text: '', children: [] };
    current.children.push(element);
    if (selfClosing !== '/') open.push(element);
    if (open.length > MAX_DEPTH) throw s3Error('MalformedXML');
  }
  const [root] = document.children;
  if (open.length !== 1 || document.children.length !== 1 || root === undefined || document.text.trim() !== '') {
    throw s3Error('MalformedXML');
  }
  return root;
}

/** Text of the child of that name; undefined where there is none. */
export const childText = (element: XmlElement, name: string): string | undefined =>
  element.children.find((child) => child.name === name)?.text;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));|&/gi,
    (_all, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined || decimal !== undefined) {
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        if (code <= 0x10ffff) return String.fromCodePoint(code);
      }
      const character = ENTITIES[name ?? ''];
      if (character === undefined) throw s3Error('MalformedXML');
      return character;
    },
  );

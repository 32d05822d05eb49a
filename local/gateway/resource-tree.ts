import { segmentOf } from './route-table.ts';

/** Methods of a REST API as a tree of path parts. A literal part wins over `{x}`, and there is no way back from it. */
export type ResourceTree<M> = {
  /** Null where no resource or no method is there. Throws URIError on malformed percent-encoding. */
  match(
    method: string,
    path: string,
  ): { readonly method: M; readonly parameters: Readonly<Record<string, string>> } | null;
};

type Node<M> = {
  readonly literal: Map<string, Node<M>>;
  variable: { readonly name: string; readonly greedy: boolean; readonly node: Node<M> } | null;
  readonly methods: Map<string, M>;
};

const newNode = <M>(): Node<M> => ({ literal: new Map(), variable: null, methods: new Map() });

export function growResourceTree<M extends { readonly method: string; readonly path: string }>(
  methods: readonly M[],
): ResourceTree<M> {
  const root = newNode<M>();
  for (const method of methods) {
    let node = root;
    for (const part of partsOf(method.path)) node = childOf(node, part);
    node.methods.set(method.method, method);
  }

  return {
    match(method, path) {
      const parts = partsOf(path);
      const parameters: Record<string, string> = {};
      let node = root;
      for (let at = 0; at < parts.length; at++) {
        const part = parts[at] ?? '';
        const literal = node.literal.get(part);
        if (literal !== undefined) {
          node = literal;
          continue;
        }
        if (node.variable === null) return null;
        const { name, greedy, node: next } = node.variable;
        parameters[name] = decodeURIComponent(greedy ? parts.slice(at).join('/') : part);
        node = next;
        if (greedy) break;
      }
      const found = node.methods.get(method) ?? node.methods.get('ANY');
      return found === undefined ? null : { method: found, parameters };
    },
  };
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

function childOf<M>(node: Node<M>, part: string): Node<M> {
  const { kind, text } = segmentOf(part);
  if (kind === 'literal') {
    const known = node.literal.get(text);
    if (known !== undefined) return known;
    const child = newNode<M>();
    node.literal.set(text, child);
    return child;
  }
  node.variable ??= { name: text, greedy: kind === 'greedy', node: newNode<M>() };
  return node.variable.node;
}

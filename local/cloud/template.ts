/** A synthesized CloudFormation template, as far as the laptop reads it. Everything inside `Properties` is `unknown` until resolved. */
export type Resource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly Metadata?: Readonly<Record<string, unknown>>;
};

export type Template = {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
};

/** One stack of the cloud assembly; `assetsDir` is where its `asset.<hash>` folders are. */
export type Stack = { readonly name: string; readonly assetsDir: string; readonly template: Template };

/** Where a resource stands: its stack and its logical id, with its raw (unresolved) definition. */
export type Located = { readonly stack: Stack; readonly logicalId: string; readonly resource: Resource };

// What Relay demands of a schema: nodes that are found again by their id, connections, edges, pages.
declare function graphql(text: TemplateStringsArray): unknown;

export const titles = graphql`
  fragment Queue_titles on Query
  @argumentDefinitions(term: { type: "String!" }, count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "QueueTitlesPageQuery") {
    titles(search: $term, first: $count, after: $cursor) @connection(key: "Queue_titles") {
      edges { node { id ...Queue_title } }
    }
  }
`;

export const title = graphql`
  fragment Queue_title on Title @refetchable(queryName: "QueueTitleQuery") {
    name { regular }
    viewerState { queue inQueue }
    similars(first: 5) { edges { node { name { regular } } } }
  }
`;

export const items = graphql`
  fragment Queue_items on Queue
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "QueueItemsPageQuery") {
    etag
    items(first: $count, after: $cursor) @connection(key: "Queue_items") {
      edges { node { id position title { ...Queue_title } } }
    }
  }
`;

export const page = graphql`
  query QueuePageQuery($term: String!, $by: TitleLookup!) {
    ...Queue_titles @arguments(term: $term)
    title(by: $by) { ...Queue_title }
    viewer { queue(kind: INSTANT) { ...Queue_items } }
  }
`;

export const add = graphql`
  mutation QueueAddMutation($input: AddToQueueInput!) {
    addToQueue(input: $input) {
      ... on QueueChanged { queue { id etag ...Queue_items } }
      ... on QueueRefused { reason }
    }
  }
`;

export const changed = graphql`
  subscription QueueChangedSubscription {
    queueChanged(kind: INSTANT) { id ...Queue_items }
  }
`;

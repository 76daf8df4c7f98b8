// Prints how a GraphQL server at the address given does in each audit, as JSON.
import { auditServer } from "graphql-http";

const told = (await auditServer({ url: process.argv[2] })).map(({ id, name, status, reason }) => ({ id, name, status, reason }));
process.stdout.write(JSON.stringify(told));

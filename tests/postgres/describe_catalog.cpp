// What our reading of pg_catalog makes of a database, for test_catalog.py: the types of every column as
// types/wire_fixtures.h describes them, and what the server says of itself.
//
//   postgres_describe_catalog URL
#include <exception>
#include <iostream>

#include <nlohmann/json.hpp>

#include "base/cancellation.h"
#include "postgres/catalog.h"
#include "postgres/session.h"
#include "types/wire_fixtures.h"

namespace pg2athena::postgres {
namespace {

Result<nlohmann::json> describe_catalog(const std::string& url) {
  PG2ATHENA_ASSIGN(const ConnectionParameters parameters, connection_parameters(url, "describe_catalog"));
  Cancellation cancellation;
  PG2ATHENA_ASSIGN(Connection connection, Connection::open(parameters, cancellation));
  PG2ATHENA_ASSIGN(const ServerInfo server, prepare_session(connection, {}));
  PG2ATHENA_ASSIGN(const std::vector<ListedRelation> listed, list_relations(connection));
  std::vector<Oid> oids;
  for (const ListedRelation& relation : listed) oids.push_back(relation.oid);
  PG2ATHENA_ASSIGN(const std::vector<Relation> relations, read_relations(connection, oids));
  nlohmann::json described = {{"money_digits", server.money_digits}, {"relations", nlohmann::json::object()}};
  for (const Relation& relation : relations) {
    nlohmann::json& columns = described["relations"][relation.name.name];
    for (const RelationColumn& column : relation.columns) {
      columns[column.name] = types::type_to_json(column.type);
    }
  }
  return described;
}

}  // namespace
}  // namespace pg2athena::postgres

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: postgres_describe_catalog URL\n";
    return 2;
  }
  const auto described = pg2athena::postgres::describe_catalog(argv[1]);
  if (!described) {
    std::cerr << described.error().describe() << '\n';
    return 1;
  }
  // Names can be in an encoding that isn't UTF-8 (SQL_ASCII).
  std::cout << described->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

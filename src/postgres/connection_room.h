// How many connections a run may take of a server that others use as well.
#pragma once

#include <optional>

#include "base/error.h"
#include "postgres/connection.h"

namespace pg2athena::postgres {

// What a run has besides its workers: the keeper, and a spare one.
inline constexpr int kKeepers = 2;

// Connections of the server, as it was asked over one of ours, which counts as used everywhere.
struct ConnectionRoom {
  int most = 0;      // max_connections
  int reserved = 0;  // of them, kept for roles that ours isn't
  int used = 0;      // by clients
  // The limits of the database and of our role, where they have one that holds for us, and what is used of
  // them.
  std::optional<int> database_limit = {};
  int database_used = 0;
  std::optional<int> role_limit = {};
  int role_used = 0;

  bool operator==(const ConnectionRoom&) const = default;
};

// Asks the server. Nothing where it doesn't say: that is no reason to refuse a run. Not inside of a
// transaction.
std::optional<ConnectionRoom> read_connection_room(Connection& connection);

// How many workers of `asked` there is room for: the run, its keepers included, takes at most `share` percent
// of what is free in the server and in the database, and all that its role's own limit leaves, which nobody
// else can use. Unsupported, with the numbers, when there is room for none.
Result<int> workers_that_fit(int asked, const ConnectionRoom& room, int share);

// "57 of the server's 100 connections are free": what decided, for people.
std::string describe(const ConnectionRoom& room);

}  // namespace pg2athena::postgres

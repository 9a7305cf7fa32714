// The settings of our sessions, and what a server says of itself.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "postgres/connection.h"
#include "postgres/connection_room.h"
#include "postgres/login.h"
#include "postgres/row_security.h"

namespace pg2athena::postgres {

struct ServerInfo {
  int version = 0;           // 150004 for 15.4
  std::string version_text;  // "15.4 (Debian 15.4-1)"
  std::string database;
  std::string user;
  std::string encoding;                  // UTF8, LATIN1, SQL_ASCII …
  std::vector<std::string> search_path;  // schemas that a name without one is looked up in, for this role
  std::string search_path_setting;       // the same as the role has it: "$user", public
  bool in_recovery = false;              // a standby
  int money_digits = 2;                  // of money, behind the point: as lc_monetary has it for this role
  RowSecurity row_security = RowSecurity::Refuse;  // as the session was asked for
  std::optional<ConnectionRoom> room;              // for connections; nothing where it isn't known
  std::string started;                             // when its postmaster was: no two have the same
  bool pooled = false;                             // behind a pooler, one that keeps sessions (pooler.h)

  // The database has no encoding: its text may be any bytes.
  bool sql_ascii() const { return encoding == "SQL_ASCII"; }
};

// What the operator decides about our sessions.
struct SessionSettings {
  std::chrono::milliseconds lock_timeout{0};  // waiting for a lock
  std::chrono::milliseconds statement_timeout{
      0};  // one statement, the reading of a shard included; 0: no end
  RowSecurity row_security = RowSecurity::Refuse;
  std::string search_path;                     // for the operator's own SQL; empty: the role's
  std::string application_name = "pg2athena";  // what a DBA sees in pg_stat_activity
  std::string server_started;  // of the server that is meant, as ServerInfo has it; empty: any
};

// A setting that our own SQL relies on.
struct OwnSetting {
  std::string name;
  std::string value;  // as SET takes it
  std::string shown;  // as pg_settings has it then
};
std::vector<OwnSetting> own_settings(const SessionSettings& settings, int server_version);

// The first of `wanted` that isn't what the server shows (names and values); Unsupported says which.
Result<void> check_taken(const std::vector<OwnSetting>& wanted,
                         const std::map<std::string, std::string>& shown);

// Reads what the server says of itself, then sets what our own SQL relies on: an empty search_path, no
// timeouts that would end a long snapshot, ISO and UTC output forms, `statement_timeout`, row_security off (a
// policy in force is an error, never missing rows) unless it is to be applied, no JIT for our short plans, no
// parallel workers, and the connection's mark; then looks whether the server took them. Refuses (Unsupported)
// servers older than PostgreSQL 14, which have no TID range scans, and a session that has another
// connection's mark: a pooler handed it on. SnapshotLost on another server than the one that is meant.
Result<ServerInfo> prepare_session(Connection& connection, const SessionSettings& settings);

// A connection of a run that has begun: it is asked nothing that takes time but COPY, and answers soon.
struct OpenSession {
  Connection connection;
  ServerInfo server;
};
Result<OpenSession> open_session(LoginProvider& logins, Cancellation& cancellation,
                                 const SessionSettings& settings);

// Begins a transaction by `statements`, and looks whether it is in the session that was prepared: behind a
// pooler that hands server connections on, it may be in any. Unsupported if so.
Result<void> begin_transaction(Connection& connection, const std::string& statements);

}  // namespace pg2athena::postgres

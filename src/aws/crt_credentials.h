// The sources of credentials that aws-c-auth asks: environment, keys and commands of profiles, containers,
// the instance's metadata.
#pragma once

#include <memory>
#include <string>

#include "aws/credentials.h"
#include "aws/crt.h"
#include "aws/profiles.h"
#include "base/cancellation.h"
#include "base/error.h"

namespace pg2athena::aws {

// What aws-c-auth needs to ask a network: a thread, names, TLS. It is started by the first question that
// needs it.
class CrtNetwork {
 public:
  // `library` has to outlive it. `ca_file` empty: the system's authorities, or AWS_CA_BUNDLE's.
  CrtNetwork(const CrtLibrary& library, std::string ca_file);
  // Waits for the library's threads.
  ~CrtNetwork();
  CrtNetwork(const CrtNetwork&) = delete;
  CrtNetwork& operator=(const CrtNetwork&) = delete;

  struct Handles;
  // Thread-safe.
  Result<const Handles*> start();

  const CrtLibrary& library() const { return library_; }

 private:
  const CrtLibrary& library_;
  const std::string ca_file_;
  struct Started;
  std::unique_ptr<Started> started_;
};

// Each asks once, without a cache, and waits; at most `kLongestWait`, and not beyond a stop.
inline constexpr std::chrono::seconds kLongestWait = std::chrono::seconds(20);
Result<Credentials> environment_credentials(const CrtLibrary& library);
Result<Credentials> process_credentials(const CrtLibrary& library, const Profiles& profiles,
                                        const std::string& profile);
Result<Credentials> container_credentials(CrtNetwork& network, Cancellation* cancellation);
Result<Credentials> instance_credentials(CrtNetwork& network, Cancellation* cancellation);

}  // namespace pg2athena::aws

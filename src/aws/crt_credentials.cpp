#include "aws/crt_credentials.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <aws/auth/credentials.h>
#include <aws/common/thread.h>
#include <aws/io/channel_bootstrap.h>
#include <aws/io/event_loop.h>
#include <aws/io/host_resolver.h>
#include <aws/io/tls_channel_handler.h>
#include <fmt/format.h>

#include "aws/environment.h"

namespace pg2athena::aws {
namespace {

using CrtProvider = CrtPointer<aws_credentials_provider, aws_credentials_provider_release>;

// What the runtime's thread tells us. It may do so long after we stopped waiting, so both own it.
struct Answer {
  std::mutex mutex;
  std::condition_variable arrived;
  bool there = false;
  bool stopped = false;
  int error = AWS_ERROR_UNKNOWN;
  std::optional<Credentials> credentials;
};
using SharedAnswer = std::shared_ptr<Answer>;

Credentials from_crt(const aws_credentials* found) {
  Credentials credentials{
      .access_key_id = text_of(aws_credentials_get_access_key_id(found)),
      .secret_access_key = text_of(aws_credentials_get_secret_access_key(found)),
      .session_token = text_of(aws_credentials_get_session_token(found)),
  };
  const std::uint64_t expiration = aws_credentials_get_expiration_timepoint_seconds(found);
  // The system's clock has nanoseconds in 64 bits; UINT64_MAX says that they last.
  constexpr std::uint64_t kLatest = 9'000'000'000;
  if (expiration != UINT64_MAX) {
    credentials.expiration =
        std::chrono::system_clock::time_point(std::chrono::seconds(std::min(expiration, kLatest)));
  }
  return credentials;
}

void take_answer(aws_credentials* found, int error, void* user_data) {
  const std::unique_ptr<SharedAnswer> owned(static_cast<SharedAnswer*>(user_data));
  Answer& answer = **owned;
  const std::lock_guard lock(answer.mutex);
  answer.there = true;
  answer.error = error;
  if (found != nullptr) answer.credentials = from_crt(found);
  answer.arrived.notify_all();
}

std::unexpected<Error> no_credentials(int error) {
  // Some of the runtime's sources fail without saying so: no credentials and no error.
  const std::string why = error == AWS_ERROR_SUCCESS ? "no credentials were found" : crt_error_text(error);
  return fail(ErrorKind::Authentication, why);
}

Result<Credentials> ask(const CrtProvider& provider, Cancellation* cancellation) {
  if (!provider) return no_credentials(aws_last_error());
  const auto answer = std::make_shared<Answer>();
  std::optional<Cancellation::Registration> registration;
  if (cancellation != nullptr) {
    registration.emplace(*cancellation, [&answer = *answer] {
      const std::lock_guard lock(answer.mutex);
      answer.stopped = true;
      answer.arrived.notify_all();
    });
  }
  auto shared = std::make_unique<SharedAnswer>(answer);
  if (aws_credentials_provider_get_credentials(provider.get(), take_answer, shared.get()) != AWS_OP_SUCCESS) {
    return no_credentials(aws_last_error());
  }
  std::ignore = shared.release();  // take_answer's now
  {
    std::unique_lock lock(answer->mutex);
    answer->arrived.wait_for(lock, kLongestWait, [&] { return answer->there || answer->stopped; });
    if (answer->credentials) return *answer->credentials;
    if (answer->there) return no_credentials(answer->error);
  }
  if (cancellation != nullptr) PG2ATHENA_TRY(cancellation->check());
  return fail(ErrorKind::Connection, fmt::format("no answer within {} s", kLongestWait.count()));
}

}  // namespace

struct CrtNetwork::Handles {
  CrtPointer<aws_event_loop_group, aws_event_loop_group_release> loops;
  CrtPointer<aws_host_resolver, aws_host_resolver_release> resolver;
  CrtPointer<aws_client_bootstrap, aws_client_bootstrap_release> bootstrap;
  CrtPointer<aws_tls_ctx, aws_tls_ctx_release> tls;
};

struct CrtNetwork::Started {
  std::mutex mutex;
  std::optional<Handles> handles;
};

namespace {

Result<CrtNetwork::Handles> start_network(aws_allocator* allocator, const std::string& ca_file) {
  CrtNetwork::Handles handles;
  const auto cannot = [] {
    return fail(ErrorKind::Internal, "AWS's runtime doesn't start: " + last_crt_error());
  };
  aws_event_loop_group_options loop_options{};
  loop_options.loop_count = 1;
  handles.loops.reset(aws_event_loop_group_new(allocator, &loop_options));
  if (!handles.loops) return cannot();
  aws_host_resolver_default_options resolver_options{};
  resolver_options.el_group = handles.loops.get();
  resolver_options.max_entries = 8;
  handles.resolver.reset(aws_host_resolver_new_default(allocator, &resolver_options));
  if (!handles.resolver) return cannot();
  aws_client_bootstrap_options bootstrap_options{};
  bootstrap_options.event_loop_group = handles.loops.get();
  bootstrap_options.host_resolver = handles.resolver.get();
  handles.bootstrap.reset(aws_client_bootstrap_new(allocator, &bootstrap_options));
  if (!handles.bootstrap) return cannot();

  aws_tls_ctx_options tls_options{};
  aws_tls_ctx_options_init_default_client(&tls_options, allocator);
  const bool trusted = ca_file.empty() || aws_tls_ctx_options_override_default_trust_store_from_path(
                                              &tls_options, nullptr, ca_file.c_str()) == AWS_OP_SUCCESS;
  if (trusted) handles.tls.reset(aws_tls_client_ctx_new(allocator, &tls_options));
  aws_tls_ctx_options_clean_up(&tls_options);
  if (!handles.tls) {
    return fail(
        Error(ErrorKind::InvalidArgument, fmt::format("no certificates can be read from {}",
                                                      ca_file.empty() ? "the system's file" : ca_file))
            .hint("AWS_CA_BUNDLE or aws.ca_file of the configuration has to name a readable file in PEM"));
  }
  return handles;
}

}  // namespace

CrtNetwork::CrtNetwork(const CrtLibrary& library, std::string ca_file)
    : library_(library),
      ca_file_(ca_file.empty() ? environment_variable("AWS_CA_BUNDLE") : std::move(ca_file)),
      started_(std::make_unique<Started>()) {}

CrtNetwork::~CrtNetwork() {
  if (!started_->handles) return;
  started_->handles.reset();
  // What gives up its last handle is torn down on the runtime's own threads.
  constexpr std::uint64_t kNanosecondsToWait = 10'000'000'000;
  aws_thread_set_managed_join_timeout_ns(kNanosecondsToWait);
  static_cast<void>(aws_thread_join_all_managed());
}

Result<const CrtNetwork::Handles*> CrtNetwork::start() {
  const std::lock_guard lock(started_->mutex);
  if (!started_->handles) {
    PG2ATHENA_ASSIGN(started_->handles, start_network(library_.allocator(), ca_file_));
  }
  return &*started_->handles;
}

Result<Credentials> environment_credentials(const CrtLibrary& library) {
  const aws_credentials_provider_environment_options options{};
  return ask(CrtProvider(aws_credentials_provider_new_environment(library.allocator(), &options)), nullptr);
}

Result<Credentials> process_credentials(const CrtLibrary& library, const Profiles& profiles,
                                        const std::string& profile) {
  aws_credentials_provider_process_options options{};
  options.profile_to_use = cursor_of(profile);
  options.config_profile_collection_cached = profiles.collection();
  return ask(CrtProvider(aws_credentials_provider_new_process(library.allocator(), &options)), nullptr);
}

Result<Credentials> container_credentials(CrtNetwork& network, Cancellation* cancellation) {
  PG2ATHENA_ASSIGN(const CrtNetwork::Handles* const handles, network.start());
  aws_credentials_provider_ecs_environment_options options{};
  options.bootstrap = handles->bootstrap.get();
  options.tls_ctx = handles->tls.get();
  return ask(
      CrtProvider(aws_credentials_provider_new_ecs_from_environment(network.library().allocator(), &options)),
      cancellation);
}

Result<Credentials> instance_credentials(CrtNetwork& network, Cancellation* cancellation) {
  PG2ATHENA_ASSIGN(const CrtNetwork::Handles* const handles, network.start());
  aws_credentials_provider_imds_options options{};
  options.bootstrap = handles->bootstrap.get();
  options.imds_version = IMDS_PROTOCOL_V2;
  options.ec2_metadata_v1_disabled = true;
  return ask(CrtProvider(aws_credentials_provider_new_imds(network.library().allocator(), &options)),
             cancellation);
}

}  // namespace pg2athena::aws

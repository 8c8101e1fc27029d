#include "cli/messages.hpp"

#include <array>

#include "base/assert.hpp"

namespace gilmok::cli {

namespace {

struct Message {
    Text text;
    std::string_view en;
    std::string_view ko;
};

// In the order of the enumeration.
constexpr auto messages = std::to_array<Message>({
    {Text::help_top, R"(gilmok {0}: the one gate between your applications and every language model you own or rent.

First minute
  gilmok up                     finds engines, keys and accelerators on this machine, opens a door in front of
                                them and prints a key and one curl line that works when pasted
  gilmok up --save gilmok.toml  the same, and writes down the configuration it arrived at
  gilmok serve                  the production run with that file

usage: gilmok VERB [options]              gilmok VERB --help tells the rest

Run
  up           look around, open a door, serve; simulated engines where there is nothing
  serve        serve with a configuration file, until SIGTERM
  reload       make a running gateway read its configuration again
  sim          one simulated engine with faults on order, for tests
Look
  check        everything that is wrong with a configuration, without starting anything
  doctor       look over machine, configuration and upstreams; names each problem and its fix
  schema       what the configuration may say: JSON Schema, or Markdown with --docs
Keys
  key          create, list, revoke and rotate API keys
Money
  usage        what was used: tokens by kind, requests, energy
  spend        what it cost; statements, other prices, a FOCUS file
  budget       limits, what is spent, set aside and left
  price        what models cost; gaps; price lists of others, compared and taken in
  forecast     how much more will be spent, and how sure that is
  ledger       verify, prove, export and rebuild what was written down
Audit
  guard        which rule decides what may go where; try a text
  evidence     what left, to where, under which rule, with proofs
  archive      prompts and answers that are kept; destroying a tenant's key
Also
  version      this build
  completion   completion script for bash, zsh or fish

Everywhere: --lang ko|en (default from LC_ALL and LANG), --help. NO_COLOR is obeyed.
Exit codes: 0 done, 1 failed, 2 usage, 3 configuration, 4 nobody answers, 5 denied, 6 over budget.
Documents: README.md, docs/config.md, SECURITY.md
)",
     R"(gilmok(길목) {0}: 애플리케이션과 여러분이 보유하거나 빌려 쓰는 모든 언어 모델 사이의 단 하나의 문.

처음 1분
  gilmok up                     이 컴퓨터에서 추론 엔진, API 키, 가속기를 찾아 그 앞에 문을 열고,
                                키 하나와 붙여 넣으면 바로 동작하는 curl 한 줄을 출력합니다
  gilmok up --save gilmok.toml  위와 같고, 그 설정을 파일로 남깁니다
  gilmok serve                  그 파일로 운영 실행

사용법: gilmok 명령 [옵션]                자세한 것은 gilmok 명령 --help

실행
  up           주위를 살펴 문을 열고 서비스합니다. 아무것도 없으면 모의 엔진을 띄웁니다
  serve        설정 파일로 서비스합니다 (SIGTERM까지)
  reload       실행 중인 게이트웨이가 설정을 다시 읽게 합니다
  sim          장애를 주문할 수 있는 모의 엔진 하나 (시험용)
점검
  check        아무것도 시작하지 않고 설정의 잘못을 모두 알려 줍니다
  doctor       컴퓨터, 설정, 업스트림을 살펴 문제와 고치는 법을 알려 줍니다
  schema       설정에 쓸 수 있는 것: JSON Schema, --docs를 주면 Markdown
키
  key          API 키 만들기, 목록, 폐기, 교체
비용
  usage        무엇을 썼는지: 종류별 토큰, 요청, 전력
  spend        얼마가 들었는지. 청구서, 다른 가격과 비교, FOCUS 파일
  budget       한도, 사용, 예약, 잔액
  price        모델의 가격을 보고, 빠진 가격을 찾고, 다른 가격표를 비교해 들여옵니다
  forecast     앞으로 얼마나 더 쓸지, 그 예측이 얼마나 확실한지 알려 줍니다
  ledger       원장을 검증하고, 증명하고, 내보내고, 표를 다시 만듭니다
감사
  guard        무엇이 어디로 갈 수 있는지 정하는 규칙을 보고, 글로 시험해 봅니다
  evidence     무엇이 어디로 어떤 규칙에 따라 나갔는지, 증명과 함께 보고합니다
  archive      보관한 프롬프트와 답변을 보고, 테넌트의 키를 파기합니다
기타
  version      이 빌드의 정보
  completion   bash, zsh, fish 자동 완성 스크립트

공통: --lang ko|en (기본값은 LC_ALL, LANG), --help. NO_COLOR를 지킵니다.
종료 코드: 0 성공, 1 실패, 2 사용법, 3 설정, 4 응답 없음, 5 거부됨, 6 예산 초과.
문서: README.ko.md, docs/config.md, SECURITY.md
)"},
    {Text::up_found, "found", "찾음"},
    {Text::up_engine, "{0} on {1}: {2}", "{1}의 {0}: {2}"},
    {Text::up_simulated_engine, "{0} on {1} (a simulated engine, its answers are made up): {2}",
     "{1}의 {0} (모의 엔진, 답은 지어낸 것): {2}"},
    {Text::up_provider, "{0} through {1}: {2}", "{0} ({1} 사용): {2}"},
    {Text::up_device, "{0}: {1}", "{0}: {1}"},
    {Text::up_not_used, "not used", "쓰지 않음"},
    {Text::up_asks_for_key,
     "something on {0} asks for a key; name it in a configuration file as an [upstream] with its key",
     "{0}의 서버가 키를 요구합니다. 설정 파일에 [upstream]과 key로 적어 주세요"},
    {Text::up_no_models, "{0} on {1} serves no model yet; load one and start again",
     "{1}의 {0}에 아직 모델이 없습니다. 모델을 올린 뒤 다시 시작하세요"},
    {Text::up_tool_failed, "{0} is installed but failed; run it by hand to see why",
     "{0}이(가) 설치되어 있으나 실패했습니다. 직접 실행해 원인을 확인하세요"},
    {Text::up_nothing, "No engine answers on this machine and no API key is in the environment.",
     "이 컴퓨터에서 응답하는 엔진도, 환경 변수의 API 키도 없습니다."},
    {Text::up_simulated,
     "SIMULATED: two simulated engines stand in. Their answers are made up; each answer, log line and "
     "metric says so.",
     "모의 실행(SIMULATED): 모의 엔진 두 개가 대신합니다. 답은 지어낸 것이며, 모든 응답과 로그와 지표에 그렇게 "
     "표시됩니다."},
    {Text::up_port_busy, "port {0} is taken, so the door is on {1} (--port chooses another)",
     "포트 {0}이(가) 사용 중이라 {1}에 문을 열었습니다 (--port로 바꿀 수 있음)"},
    {Text::up_admin_port_busy, "port {0} is taken, so the admin address is on {1}",
     "포트 {0}이(가) 사용 중이라 관리 주소는 {1}입니다"},
    {Text::up_door, "door", "문"},
    {Text::up_key, "key", "키"},
    {Text::up_models, "models", "모델"},
    {Text::up_and_more, "and {0} more (GET /v1/models)", "외 {0}개 (GET /v1/models)"},
    {Text::up_admin, "admin", "관리"},
    {Text::up_token, "token", "토큰"},
    {Text::up_token_file, "in {0}", "파일 {0}"},
    {Text::up_paste, "Try it in another terminal:", "다른 터미널에서 해 보세요:"},
    {Text::up_question, "Why is the sky blue?", "하늘은 왜 파란가요?"},
    {Text::up_saved, "Written to {0}. Next time: gilmok serve -c {0}",
     "{0}에 저장했습니다. 다음부터는: gilmok serve -c {0}"},
    {Text::up_saved_empty,
     "Written to {0}, without engines: simulated ones live in `gilmok up` only. Add an [upstream] before "
     "gilmok serve -c {0}",
     "{0}에 저장했으나 엔진은 없습니다. 모의 엔진은 `gilmok up`에만 있습니다. [upstream]을 더한 뒤: gilmok serve -c "
     "{0}"},
    {Text::up_key_kept, "The key is shown this once; its digest is kept in {0}.",
     "키는 지금 한 번만 보입니다. 해시만 {0}에 남습니다."},
    {Text::up_not_kept, "Nothing is written to disk: key and token end with this run (--save FILE keeps them).",
     "디스크에 아무것도 쓰지 않습니다. 키와 토큰은 이 실행과 함께 사라집니다 (--save FILE로 남길 수 있음)."},
    {Text::up_end, "Ctrl-C ends it.", "Ctrl-C로 끝냅니다."},
    {Text::doctor_ok, "ok", "정상"},
    {Text::doctor_warn, "warn", "주의"},
    {Text::doctor_fail, "FAIL", "실패"},
    {Text::doctor_fix, "fix: {0}", "고치는 법: {0}"},
    {Text::doctor_summary, "{0} checks: {1} ok, {2} warnings, {3} failures",
     "점검 {0}개: 정상 {1}, 주의 {2}, 실패 {3}"},
    {Text::doctor_config_ok, "{0} is sound", "{0}에 잘못이 없습니다"},
    {Text::doctor_config_bad, "{0} has {1} errors; the first: {2}", "{0}에 오류가 {1}개 있습니다. 첫 번째: {2}"},
    {Text::doctor_config_fix,
     "gilmok check -c {0} shows all of them with line and column; gilmok up --save {0} writes a first one",
     "gilmok check -c {0}로 줄과 칸까지 모두 볼 수 있습니다. 파일이 없으면 gilmok up --save {0}"},
    {Text::doctor_secrets_ok, "secret references that resolve: {0}", "비밀 참조 {0}개를 모두 읽을 수 있습니다"},
    {Text::doctor_secrets_bad, "cannot be resolved: {0}", "읽을 수 없음: {0}"},
    {Text::doctor_secrets_fix, "set the variable or mend the path where gilmok runs (systemd: EnvironmentFile=)",
     "gilmok이 도는 환경에 변수를 넣거나 경로를 고치세요 (systemd: EnvironmentFile=)"},
    {Text::doctor_file_limit, "{0} open files allowed, {1} wanted for {2} connections a shard",
     "열 수 있는 파일 {0}개, 샤드당 연결 {2}개에 필요한 수 {1}개"},
    {Text::doctor_file_limit_fix,
     "raise the hard limit: ulimit -Hn, LimitNOFILE= in systemd; or lower connections_max in "
     "[server.limits]",
     "하드 제한을 올리거나(ulimit -Hn, systemd의 LimitNOFILE=) [server.limits]의 connections_max를 낮추세요"},
    {Text::doctor_clock, "the clock says {0}", "시계: {0}"},
    {Text::doctor_clock_fix, "certificates and key expiry are judged by the clock; set it: timedatectl set-ntp true",
     "인증서와 키 만료가 시계에 달려 있습니다. timedatectl set-ntp true로 맞추세요"},
    {Text::doctor_dns_none, "no upstream has a name to look up", "이름을 찾아야 할 업스트림이 없습니다"},
    {Text::doctor_dns_ok, "names that resolve: {0}", "이름 {0}개를 찾았습니다"},
    {Text::doctor_dns_bad, "not found: {0}", "찾을 수 없음: {0}"},
    {Text::doctor_dns_fix, "look at /etc/resolv.conf and the spelling in the url: getent hosts NAME",
     "/etc/resolv.conf와 url의 철자를 확인하세요: getent hosts NAME"},
    {Text::doctor_reach_ok, "upstreams that answer: {0}", "업스트림 {0}개가 응답합니다"},
    {Text::doctor_reach_bad, "no answer: {0}", "응답 없음: {0}"},
    {Text::doctor_reach_fix,
     "is it started, is the url right, does a firewall stand between? curl the url from this machine",
     "켜져 있는지, url이 맞는지, 방화벽이 막는지 이 컴퓨터에서 curl로 확인하세요"},
    {Text::doctor_refused_key_ok, "no upstream refuses our key", "우리 키를 거부하는 업스트림이 없습니다"},
    {Text::doctor_refused_key, "refuses our key: {0}", "우리 키를 거부함: {0}"},
    {Text::doctor_refused_key_fix,
     "check the reference in key = \"env:…\" of that upstream, and that the key is valid there",
     "그 업스트림의 key = \"env:…\" 참조와 키의 유효성을 확인하세요"},
    {Text::doctor_models_ok, "every candidate is in its upstream's list of models",
     "모든 후보 모델이 업스트림의 목록에 있습니다"},
    {Text::doctor_models_unknown, "no list of models to compare with", "비교할 모델 목록이 없습니다"},
    {Text::doctor_models_bad, "not in the upstream's list: {0}", "업스트림의 목록에 없음: {0}"},
    {Text::doctor_models_fix, "write the name as the upstream's /models tells it, in try = [\"upstream/name\"]",
     "try = [\"upstream/name\"]에 업스트림의 /models가 말하는 이름 그대로 적으세요"},
    {Text::doctor_kind_ok, "engines are of the kinds that the configuration says", "엔진의 종류가 설정과 같습니다"},
    {Text::doctor_kind_bad, "another kind than configured: {0}", "설정과 다른 종류: {0}"},
    {Text::doctor_kind_fix, "set kind of that upstream; health and load are read the way of its kind",
     "그 업스트림의 kind를 고치세요. 상태와 부하를 종류에 맞게 읽습니다"},
    {Text::doctor_tls_none, "the door has no certificate", "문에 인증서가 없습니다"},
    {Text::doctor_tls_ok, "the certificate is good for {0} more days", "인증서 유효 기간이 {0}일 남았습니다"},
    {Text::doctor_tls_soon, "the certificate ends in {0} days", "인증서가 {0}일 뒤 만료됩니다"},
    {Text::doctor_tls_over, "the certificate cannot be used: {0}", "인증서를 쓸 수 없습니다: {0}"},
    {Text::doctor_tls_fix, "renew it and put it in place; gilmok reads it again by itself",
     "새로 발급해 같은 자리에 두세요. gilmok이 스스로 다시 읽습니다"},
    {Text::doctor_state_none, "no state_dir: only [[key]] keys exist, and the admin token changes with every start",
     "state_dir이 없습니다. [[key]] 키만 있고 관리 토큰은 시작할 때마다 바뀝니다"},
    {Text::doctor_state_ok, "{0} can be written", "{0}에 쓸 수 있습니다"},
    {Text::doctor_state_bad, "{0} cannot be written", "{0}에 쓸 수 없습니다"},
    {Text::doctor_state_fix, "make it and give it to the user gilmok runs as: install -d -m 700 -o gilmok {0}",
     "gilmok을 실행하는 사용자의 것으로 만드세요: install -d -m 700 -o gilmok {0}"},
    {Text::doctor_keys_ok, "keys in the store: {0}, in the file: {1}", "키 저장소에 {0}개, 설정 파일에 {1}개"},
    {Text::doctor_keys_none, "there is no key: every request is refused with 401",
     "키가 없습니다. 모든 요청이 401로 거부됩니다"},
    {Text::doctor_keys_none_fix, "gilmok key create --tenant NAME", "gilmok key create --tenant 이름"},
    {Text::doctor_keys_bad, "the key store cannot be read: {0}", "키 저장소를 읽을 수 없습니다: {0}"},
    {Text::doctor_keys_bad_fix,
     "mend the named line or bring the file back from a backup; running gateways keep the keys they know",
     "그 줄을 고치거나 백업에서 되살리세요. 실행 중인 게이트웨이는 알던 키를 지킵니다"},
    {Text::doctor_mode_ok, "only its owner reads {0}", "{0}은(는) 소유자만 읽습니다"},
    {Text::doctor_mode_none, "no file of ours holds a secret yet", "아직 비밀을 담은 파일이 없습니다"},
    {Text::doctor_mode_bad, "others may read {0}", "다른 사용자가 읽을 수 있음: {0}"},
    {Text::doctor_mode_fix, "chmod 600 {0}", "chmod 600 {0}"},
    {Text::doctor_ports_ok, "{0} are free", "{0} 사용 가능"},
    {Text::doctor_ports_running, "{0} are in use by the gateway that runs",
     "{0}은(는) 실행 중인 게이트웨이가 쓰고 있습니다"},
    {Text::doctor_ports_bad, "taken by another program, or not an address of this machine: {0}",
     "다른 프로그램이 쓰고 있거나 이 컴퓨터의 주소가 아님: {0}"},
    {Text::doctor_ports_fix, "ss -ltnp shows who; choose another address in [server]",
     "ss -ltnp로 확인하고 [server]에서 다른 주소를 고르세요"},
    {Text::doctor_running_ok, "a gateway answers on {0}", "{0}에서 게이트웨이가 응답합니다"},
    {Text::doctor_running_no, "no gateway runs on {0}", "{0}에서 실행 중인 게이트웨이가 없습니다"},
    {Text::doctor_running_fix, "gilmok serve starts it", "gilmok serve로 시작합니다"},
    {Text::doctor_disk, "{0} MiB free at {1}", "{1}에 {0} MiB 남음"},
    {Text::doctor_disk_unknown, "cannot be told for {0}", "{0}의 공간을 알 수 없습니다"},
    {Text::doctor_disk_fix, "make room: logs and the key store need it",
     "공간을 비우세요. 로그와 키 저장소에 필요합니다"},
    {Text::doctor_somaxconn, "{0} connections may wait in a backlog", "대기열에 연결 {0}개까지"},
    {Text::doctor_somaxconn_fix, "bursts of new connections are dropped: sysctl -w net.core.somaxconn=4096",
     "새 연결이 몰리면 버려집니다: sysctl -w net.core.somaxconn=4096"},
    {Text::doctor_ports_range, "{0} ports for connections to one upstream", "업스트림 하나에 쓸 수 있는 포트 {0}개"},
    {Text::doctor_ports_range_fix, "sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"",
     "sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\""},
    {Text::doctor_devices_none, "none found here; engines may run elsewhere",
     "여기서는 찾지 못했습니다. 엔진은 다른 곳에서 돌 수 있습니다"},
    {Text::doctor_devices, "{0}", "{0}"},
    {Text::doctor_device_tool_bad, "{0} is installed but failed", "{0}이(가) 설치되어 있으나 실패했습니다"},
    {Text::doctor_device_tool_fix, "run it by hand; a driver that does not match the kernel is the usual cause",
     "직접 실행해 보세요. 커널과 맞지 않는 드라이버가 흔한 원인입니다"},
    {Text::doctor_memory, "{0} MiB of memory available", "사용 가능한 메모리 {0} MiB"},
    {Text::doctor_memory_fix,
     "request bodies may take {0} MiB a shard; lower bodies_bytes_max in [server.limits] or make room",
     "요청 본문이 샤드당 {0} MiB까지 쓸 수 있습니다. [server.limits]의 bodies_bytes_max를 낮추거나 메모리를 비우세요"},
    {Text::doctor_exposed_no, "the door is on loopback or speaks TLS", "문이 루프백에 있거나 TLS를 씁니다"},
    {Text::doctor_exposed_plain, "keys and prompts cross the network in the clear: {0}",
     "키와 프롬프트가 암호화 없이 네트워크를 지납니다: {0}"},
    {Text::doctor_exposed_fix, "set [server.tls], or listen on loopback behind a proxy that does",
     "[server.tls]를 설정하거나, TLS를 맡는 프록시 뒤에서 루프백에 여세요"},
    {Text::doctor_place_ok, "every upstream says where it processes", "모든 업스트림에 처리 장소가 적혀 있습니다"},
    {Text::doctor_place_bad, "where these process is unknown: {0}", "처리 장소를 모름: {0}"},
    {Text::doctor_place_fix, "write place = \"kr-onprem\" or the like, so that reports and rules can tell places apart",
     "place = \"kr-onprem\"처럼 적으세요. 보고와 규칙이 장소를 구별할 수 있습니다"},
    {Text::doctor_candidates_ok, "every model has a second candidate", "모든 모델에 둘째 후보가 있습니다"},
    {Text::doctor_candidates_bad, "one upstream only, nothing to turn to when it fails: {0}",
     "업스트림이 하나뿐이라 고장 나면 대신할 곳이 없음: {0}"},
    {Text::doctor_candidates_fix, "add another upstream that serves the model to its try list",
     "그 모델을 서비스하는 다른 업스트림을 try 목록에 더하세요"},
});
static_assert(messages.size() == static_cast<std::size_t>(Text::count_));

}   // namespace

std::string_view template_of(Language language, Text text) {
    const Message& row = messages[static_cast<std::size_t>(text)];
    GILMOK_ASSERT(row.text == text);
    return language == Language::ko ? row.ko : row.en;
}

std::string say(Language language, Text text, std::initializer_list<std::string_view> values) {
    std::string out;
    std::string_view rest = template_of(language, text);
    for (std::size_t at = rest.find('{'); at != std::string_view::npos; at = rest.find('{')) {
        const std::size_t number = static_cast<std::size_t>(rest[at + 1] - '0');
        GILMOK_ASSERT(number < values.size() && rest[at + 2] == '}');
        out.append(rest.substr(0, at)).append(values.begin()[number]);
        rest.remove_prefix(at + 3);
    }
    return out.append(rest);
}

Language language_of(const LanguageSources& sources) {
    for (const std::string_view name : {sources.lc_all, sources.lc_messages, sources.lang})
        if (!name.empty()) return name.starts_with("ko") ? Language::ko : Language::en;
    return Language::en;
}

}   // namespace gilmok::cli

// The status page. Shows counts and names that the admin API tells, never what a model said. All text goes in through
// textContent. The token lives in sessionStorage: it is gone with the tab.
'use strict';

const words = {
  en: {
    other: '한국어', token: 'Admin token', open: 'Open', forget: 'Forget token',
    hint: 'It stands in admin.token in the state directory, or where admin_token in gilmok.toml points.',
    wrong: 'The token is wrong.', gone: 'The gateway does not answer.', stale: 'Last answer',
    simulated: (n, all) => `SIMULATED: ${n} of ${all} upstreams are simulated engines. Their answers and figures come from no real model or hardware.`,
    fleet: 'Upstreams', models: 'Models', reload: 'Last reload was refused; the configuration before stays in service',
    ready: 'ready', in_service: 'in service', unhealthy: 'unhealthy', ejected: 'ejected', unresolved: 'name not resolved',
    draining: 'draining', sim: 'simulated', until: 'until',
    facts: (s) => `${s.version} · up ${span(s.uptime_s)} · config ${s.config.version} (${s.config.source}) · ${s.shards} shards · ${s.connections} connections · ${s.exchanges_running} running · ${s.keys} keys`,
    columns: ['Name', 'State', 'Kind', 'Place', 'Address', 'In flight', 'Max', 'Waiting', 'Running', 'KV', 'First byte', 'Idle first byte', 'Conn busy', 'Conn idle', 'Answered', 'Refused', 'Failed', 'Cancelled', 'Retries', 'Hedges', 'Lost', 'Connect fail', 'Ejections'],
    modelColumns: ['Model', 'Pick', 'Candidates', 'In service', 'Hedge after', 'Attempts', 'Tokens in', 'Tokens out'],
  },
  ko: {
    other: 'English', token: '관리 토큰', open: '열기', forget: '토큰 지우기',
    hint: '상태 디렉터리의 admin.token 파일 또는 gilmok.toml의 admin_token이 가리키는 곳에 있습니다.',
    wrong: '토큰이 올바르지 않습니다.', gone: '게이트웨이가 응답하지 않습니다.', stale: '마지막 응답',
    simulated: (n, all) => `시뮬레이션: 업스트림 ${all}개 중 ${n}개는 모의 엔진입니다. 응답과 수치는 실제 모델이나 하드웨어에서 나온 것이 아닙니다.`,
    fleet: '업스트림', models: '모델', reload: '마지막 설정 다시 읽기가 거부되었고, 이전 설정을 계속 사용합니다',
    ready: '준비됨', in_service: '서비스 중', unhealthy: '비정상', ejected: '제외됨', unresolved: '이름 확인 안 됨',
    draining: '종료 준비 중', sim: '시뮬레이션', until: '까지',
    facts: (s) => `${s.version} · 가동 ${span(s.uptime_s)} · 설정 ${s.config.version} (${s.config.source}) · 샤드 ${s.shards} · 연결 ${s.connections} · 실행 중 ${s.exchanges_running} · 키 ${s.keys}`,
    columns: ['이름', '상태', '종류', '위치', '주소', '진행 중', '최대', '대기', '실행', 'KV', '첫 바이트', '유휴 첫 바이트', '사용 연결', '유휴 연결', '응답', '거절', '실패', '취소', '재시도', '헤지', '헤지 패', '연결 실패', '제외 횟수'],
    modelColumns: ['모델', '선택', '후보', '서비스 중', '헤지 시점', '시도', '입력 토큰', '출력 토큰'],
  },
};

const byId = (id) => document.getElementById(id);
let language = (sessionStorage.getItem('gilmok.language') || navigator.language || 'en').startsWith('ko') ? 'ko' : 'en';
let token = sessionStorage.getItem('gilmok.token') || '';
let shown = null;
let timer = 0;

function span(seconds) {
  const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24, minutes = Math.floor(seconds / 60) % 60;
  return days > 0 ? `${days}d ${hours}h` : hours > 0 ? `${hours}h ${minutes}m` : `${minutes}m ${seconds % 60}s`;
}
const told = (value) => value === null || value === undefined ? '–' : String(value);
const ms = (value) => value === null ? '–' : value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(1)} ms`;
const share = (value) => value === null ? '–' : `${(value * 100).toFixed(0)} %`;

function cell(row, text, classes) {
  const made = row.insertCell();
  made.textContent = text;
  if (classes) made.className = classes;
  if (text === '–' || text === '0') made.classList.add('dim');
}

function fill(table, columns, rows, write) {
  const head = document.createElement('tr');
  for (const name of columns) {
    const made = document.createElement('th');
    made.scope = 'col';
    made.textContent = name;
    head.append(made);
  }
  table.tHead.replaceChildren(head);
  const body = document.createElement('tbody');
  for (const entry of rows) write(body.insertRow(), entry);
  table.tBodies[0].replaceWith(body);
}

function upstreamRow(row, u) {
  const w = words[language];
  const tone = { in_service: 'good', ejected: 'warn', unresolved: 'warn', unhealthy: 'bad' }[u.state] || '';
  let state = w[u.state] || u.state;
  if (u.ejected_until && u.state === 'ejected') state += ` ${language === 'ko' ? u.ejected_until.slice(11, 19) + 'Z ' + w.until : w.until + ' ' + u.ejected_until.slice(11, 19) + 'Z'}`;
  cell(row, u.simulated ? `${u.name} [${w.sim}]` : u.name, u.simulated ? 'sim' : '');
  cell(row, state, `text ${tone}`);
  cell(row, u.kind, 'text');
  cell(row, [u.place, u.operator].filter(Boolean).join(', ') || '–', 'text');
  cell(row, u.addresses.join(' ') || u.url, 'text');
  const numbers = [u.in_flight, u.streams_max || '–', told(u.waiting), told(u.running), share(u.kv_usage), ms(u.first_byte_ms), ms(u.first_byte_idle_ms),
    u.connections.busy, u.connections.idle, u.attempts.answered, u.attempts.refused];
  for (const value of numbers) cell(row, String(value));
  cell(row, String(u.attempts.failed), u.attempts.failed > 0 ? 'warn' : '');
  for (const value of [u.attempts.cancelled, u.attempts.retries, u.attempts.hedges, u.attempts.hedge_lost, u.attempts.connects_failed, u.ejections]) cell(row, String(value));
}

function modelRow(row, m) {
  const up = m.candidates.filter((candidate) => candidate.in_service).length;
  cell(row, m.name);
  cell(row, m.pick, 'text');
  cell(row, m.candidates.map((candidate) => `${candidate.upstream}/${candidate.served_name}`).join(', '), 'text');
  cell(row, `${up}/${m.candidates.length}`, up === 0 ? 'bad' : up < m.candidates.length ? 'warn' : 'good');
  cell(row, m.hedge_after_ms === 0 ? '–' : ms(m.hedge_after_ms));
  for (const value of [m.attempts_max, m.tokens_input, m.tokens_output]) cell(row, String(value));
}

function showBoard() {
  const w = words[language];
  if (!shown) return;
  const { status, upstreams, models } = shown;
  byId('facts').textContent = w.facts(status);
  byId('state').textContent = status.ready ? w.ready : status.draining ? w.draining : status.why_not_ready;
  byId('state').className = status.ready ? 'good' : 'bad';
  byId('simulated').hidden = !status.simulated;
  byId('simulated').textContent = w.simulated(status.upstreams_simulated, status.upstreams);
  fill(byId('fleet'), w.columns, upstreams.upstreams, upstreamRow);
  fill(byId('models'), w.modelColumns, models.models, modelRow);
  byId('reload-section').hidden = !status.config.last_reload_problem;
  byId('reload-problem').textContent = status.config.last_reload_problem || '';
}

function show() {
  const w = words[language];
  document.documentElement.lang = language;
  byId('language').textContent = w.other;
  byId('forget').textContent = w.forget;
  document.querySelector('#login label').textContent = w.token;
  document.querySelector('#login button').textContent = w.open;
  byId('hint').textContent = w.hint;
  byId('fleet-title').textContent = w.fleet;
  byId('models-title').textContent = w.models;
  byId('reload-title').textContent = w.reload;
  byId('login').hidden = token !== '';
  byId('forget').hidden = token === '';
  byId('board').hidden = token === '' || !shown;
  showBoard();
}

function complain(text) {
  byId('problem').hidden = text === '';
  byId('problem').textContent = text;
}

function forget(why) {
  token = '';
  shown = null;
  clearTimeout(timer);
  sessionStorage.removeItem('gilmok.token');
  for (const id of ['facts', 'state']) byId(id).textContent = '';
  byId('simulated').hidden = true;
  complain(why);
  show();
  byId('token').focus();
}

async function get(path) {
  const answer = await fetch(path, { headers: { authorization: `Bearer ${token}` }, cache: 'no-store', credentials: 'omit' });
  if (answer.status === 401) return Promise.reject(new Error('token'));
  if (!answer.ok) return Promise.reject(new Error(`${path}: ${answer.status}`));
  return answer.json();
}

async function poll() {
  const asked = token;
  try {
    const [status, upstreams, models] = await Promise.all(['status', 'upstreams', 'models'].map((name) => get(`/admin/v1/${name}`)));
    if (asked !== token) return;
    shown = { status, upstreams, models, at: new Date() };
    sessionStorage.setItem('gilmok.token', token);
    complain('');
    show();
  } catch (error) {
    if (asked !== token) return;
    if (error.message === 'token') return forget(words[language].wrong);
    // Old figures stay, plainly marked: nobody shall take them for the present.
    complain(words[language].gone + (shown ? ` ${words[language].stale}: ${shown.at.toISOString().slice(11, 19)}Z` : ''));
  }
  clearTimeout(timer);
  timer = setTimeout(poll, 2000);
}

byId('language').addEventListener('click', () => {
  language = language === 'ko' ? 'en' : 'ko';
  sessionStorage.setItem('gilmok.language', language);
  show();
});
byId('forget').addEventListener('click', () => forget(''));
byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  token = byId('token').value.trim();
  byId('token').value = '';
  if (token !== '') poll();
});

show();
if (token !== '') poll();

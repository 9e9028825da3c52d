-- Views of scores.duckdb: what people ask of a run first. Comments stand beside each.

create view funnel as
select
    s.source,
    s.records,
    s.unreadable,
    s.questions,
    s.flagged,
    count(*) filter (o.label = 'dropped' and o.reason <> 'unreadable') as dropped,
    count(*) filter (o.label <> 'dropped' and o.reason not in ('pending', 'convert_failed') and c.question_id is null) as untraced,
    count(*) filter (o.reason = 'pending') as pending,
    count(*) filter (o.reason in ('error', 'judge_failed', 'convert_failed')) as failed,
    count(*) filter (c.value) as answer_right,
    count(*) filter (not c.value) as answer_wrong,
    count(*) filter (c.question_id is not null and c.value is null and c.reason not in ('error', 'judge_failed', 'pending')) as answer_undecided,
    count(*) filter (c.value and o.label = 'good') as reasoning_good,
    count(*) filter (c.value and o.label = 'bad') as reasoning_bad,
    count(*) filter (c.value and o.label = 'undecided' and o.reason not in ('judge_failed', 'pending')) as reasoning_undecided,
    count(*) filter (o.goes_to = 'sft') as sft,
    count(*) filter (o.goes_to = 'rl') as rl,
    count(*) filter (o.goes_to = 'rejects') as rejects
from sources s
left join outcomes o using (source)
left join checks c on c.question_id = o.question_id and c.sample = o.sample and c.attempt = o.attempt
group by all
order by min(s.rowid);
comment on view funnel is 'records in, and how many came through each round, by source';

create view criterion_rates as
select
    q.source,
    s.judge,
    s.criterion,
    count(*) filter (s.vote = 1) as met,
    count(*) filter (s.vote = 0) as failed,
    count(*) filter (s.vote is null) as undecided,
    round(count(*) filter (s.vote = 1) / nullif(count(s.vote), 0), 4) as rate
from scores s
join questions q on q.id = s.question_id
group by all
order by q.source, s.judge, s.criterion;
comment on view criterion_rates is 'how often each criterion was met, by source and judge; undecided votes stand outside the rate';

create view judge_agreement as
with votes as (
    select question_id, sample, attempt, judge, criterion, vote from scores
    union all
    select question_id, sample, attempt, judge, 'good trace', value::tinyint from judgements
),
pairs as (
    select
        a.judge,
        b.judge as other,
        a.criterion,
        count(*) as traces,
        count(*) filter (a.vote is null or b.vote is null) as undecided,
        count(*) filter (a.vote = b.vote) as agreed,
        count(*) filter (a.vote = 1 and b.vote = 0) as only_first,
        count(*) filter (a.vote = 0 and b.vote = 1) as only_other,
        avg(a.vote) filter (b.vote is not null) as rate,
        avg(b.vote) filter (a.vote is not null) as other_rate
    from votes a
    join votes b using (question_id, sample, attempt, criterion)
    where a.judge < b.judge
    group by all
)
select
    judge,
    other,
    criterion,
    traces,
    undecided,
    agreed,
    only_first,
    only_other,
    round(agreed / nullif(traces - undecided, 0), 4) as agreement,
    -- Cohen (1960): agreement beyond what the two rates alone would give; null where both always vote the same
    round(
        (agreed / nullif(traces - undecided, 0) - (rate * other_rate + (1 - rate) * (1 - other_rate)))
        / nullif(1 - (rate * other_rate + (1 - rate) * (1 - other_rate)), 0),
        4
    ) as kappa
from pairs
order by judge, other, criterion;
comment on view judge_agreement is 'how often two judges vote alike, by criterion; `good trace` is the verdict by the recipe''s keep';

create view judge_vs_measures as
select
    s.question_id,
    s.sample,
    s.attempt,
    s.judge,
    s.criterion,
    s.vote,
    s.rationale,
    m.vote as measured_vote,
    m.rationale as measured
from scores s
join scores m using (question_id, sample, attempt, criterion)
where s.judge <> 'rules' and m.judge = 'rules' and s.vote <> m.vote
order by all;
comment on view judge_vs_measures is 'votes of models that the measures contradict, with the measure';

create view undecided as
select question_id, sample, attempt, 'answer' as stage, method as judge, null as criterion, reason, detail
from checks
where value is null
union all
select question_id, sample, attempt, 'vote', judge, criterion, null, rationale
from scores
where vote is null
union all
select question_id, sample, attempt, 'reasoning', judge, null, reason, detail
from judgements
where value is null and sits
union all
select question_id, sample, attempt, 'question', null, null, reason, detail
from outcomes o
where
    label = 'undecided'
    and not exists (from checks c where c.question_id = o.question_id and c.value is null)
    and not exists (from judgements j where j.question_id = o.question_id and j.value is null and j.sits)
order by all;
comment on view undecided is 'all that was left undecided: answers, single votes, judgements, else whole questions; never counted as 0';

create view paid as
select
    *,
    rowid as place,
    -- where the same call also failed, earlier perhaps, it is the reply that was paid for
    key is null or row_number() over (partition by key order by outcome = 'error', rowid) = 1 as first
from calls;
comment on view paid is 'calls, their `place` in the order of asking, and whether each is the `first` that has its reply: one that several calls share is paid for once';

create view cost_per_row as
select
    q.source,
    c.purpose,
    c.model,
    count(*) as calls,
    sum(c.prompt_tokens) filter (c.first) as prompt_tokens,
    sum(c.completion_tokens) filter (c.first) as completion_tokens,
    round(coalesce((sum(c.usd::decimal(38, 12)) filter (c.first))::double, 0), 6) as usd,
    any_value(k.kept) as kept_rows,
    round(coalesce((sum(c.usd::decimal(38, 12)) filter (c.first))::double, 0) / nullif(any_value(k.kept), 0), 6) as usd_per_kept_row
from paid c
join questions q on q.id = c.question_id
join (
    select source, count(*) filter (goes_to = 'sft') as kept from outcomes group by source
) k on k.source = q.source
group by q.source, c.purpose, c.model
order by all;
comment on view cost_per_row is 'calls, tokens and US dollars by source, purpose and model, and for each row kept for sft; a reply that several share is paid for by the first';

create view pass_rates as
with counted as (
    select
        question_id,
        min(rowid) as place,
        count(*) filter (value) as passed,
        count(*) filter (not value) as failed,
        count(*) filter (value is null and reason not in ('pending', 'error')) as undecided,
        count(*) filter (reason in ('pending', 'error')) as missing,
        -- a rate of some of the answers that were asked for says what came back first: there is none until all are there
        case when missing = 0 then nullif(passed + failed, 0) end as decided,
        1.959964::double as z -- of 95 %
    from student
    group by question_id
)
select
    question_id,
    passed,
    failed,
    undecided,
    missing,
    passed / decided as pass_rate,
    -- Wilson (1927): the rates that the decided answers do not speak against
    round((2 * passed + z * z - z * sqrt(z * z + 4 * passed * failed / decided)) / (2 * (decided + z * z)), 4) as pass_low,
    round((2 * passed + z * z + z * sqrt(z * z + 4 * passed * failed / decided)) / (2 * (decided + z * z)), 4) as pass_high
from counted
order by place;
comment on view pass_rates is 'how often the student answers each question right that goes to rl, of its decided answers, with Wilson''s 95 % interval; null while answers are missing: a call failed, or was not sent';

create view rl_pool as
select q.id, q.source, q.answer_kind, q.gold, q.gold_alternatives, o.reason, o.detail, p.pass_rate
from outcomes o
join questions q on q.id = o.question_id
left join pass_rates p on p.question_id = o.question_id
where o.goes_to = 'rl';
comment on view rl_pool is 'questions kept for reinforcement learning, with what went wrong, and the student''s pass rate where one was asked';

create view flags as
select source, flag, count(*) as questions
from (select source, unnest(flags) as flag from questions)
group by all
order by all;
comment on view flags is 'known defects of the questions, by source';

package sandbox

import (
	"slices"
	"time"
)

const (
	// jobStage is how long a job is created, and how long it counts.
	jobStage = time.Second
	// jobPace is how long one object of a job takes.
	jobPace = 20 * time.Millisecond
)

// A job is work that goes on after the call that began it: a bulk action, or an export. It gets on as the clock does,
// whenever the sandbox is asked for something (Close docs: Bulk Actions, Exports).
type job struct {
	o     *object
	since time.Time // when the stage began
	base  int       // how many objects were done when it began
	found []*object
	steps jobSteps
}

// jobSteps are what kinds of jobs do in their own way.
type jobSteps struct {
	counting, working string // what the stages are called
	// find are the objects of the job.
	find func(w *write, job *object) []*object
	// each does the work on one object.
	each func(w *write, job, o *object)
	// count is what the job shows of its progress.
	count func(all []*object, done int) map[string]any
	// finish does what is left to do.
	finish func(w *write, job *object, all []*object)
}

// begin makes a job out of an object.
func (w *write) begin(o *object, steps jobSteps) {
	w.st.jobs = append(w.st.jobs, &job{o: o, since: w.c.now, steps: steps})
}

// work lets all jobs get on to now.
func (s *Server) work(now time.Time) {
	if !s.due(now) {
		return
	}
	s.data.Lock()
	defer s.data.Unlock()
	for _, j := range slices.Clone(s.store.jobs) {
		c := &call{s: s, now: now, user: s.store.get("user", j.o.str("created_by"))}
		if c.user == nil {
			c.user = s.store.tables["user"].all[0]
		}
		meta := fields{}
		if j.o.res.name != "export" {
			meta = fields{{"bulk_action_id", j.o.id}}
		}
		for more := true; more; {
			_ = c.logged(meta, func() *apiError { // a job is refused by nobody
				more = j.step(&write{c, s.store})
				return nil
			})
		}
	}
	s.store.jobs = slices.DeleteFunc(s.store.jobs, func(j *job) bool { return j.o.str("status") == "done" })
}

// due reports whether a job would get on.
func (s *Server) due(now time.Time) bool {
	s.data.RLock()
	defer s.data.RUnlock()
	return slices.ContainsFunc(s.store.jobs, func(j *job) bool { return j.o.str("status") != "paused" && now.After(j.since) })
}

// step does the next thing that it is time for, and reports whether there may be more.
func (j *job) step(w *write) bool {
	passed := w.c.now.Sub(j.since)
	switch status := j.o.str("status"); status {
	case "created":
		return passed >= jobStage && j.enter(w, j.steps.counting)
	case j.steps.counting:
		if passed < jobStage {
			return false
		}
		j.found = j.steps.find(w, j.o)
		w.apply(j.o, j.steps.count(j.found, 0))
		return j.enter(w, j.steps.working)
	case "resuming":
		return passed >= jobStage && j.enter(w, j.steps.working)
	case j.steps.working:
		j.work(w, min(len(j.found), j.base+int(passed/jobPace)))
	}
	return false
}

// enter begins a stage at the moment when the one before it ended.
func (j *job) enter(w *write, status string) bool {
	j.since = j.since.Add(jobStage)
	w.apply(j.o, map[string]any{"status": status})
	return true
}

// work does the work until so many objects are done.
func (j *job) work(w *write, until int) {
	done, _ := j.o.values[jobDone].(int)
	for _, o := range j.found[done:until] {
		if w.st.get(o.res.name, o.id) == o { // it may be gone by now
			j.steps.each(w, j.o, o)
		}
	}
	values := j.steps.count(j.found, until)
	values[jobDone] = until
	if until == len(j.found) {
		if j.steps.finish != nil {
			j.steps.finish(w, j.o, j.found)
		}
		values["status"] = "done"
	}
	if until > done || until == len(j.found) {
		w.apply(j.o, values)
	}
}

// jobDone is the member, not shown, that counts what a job has done.
const jobDone = "done"

// changeJob pauses a job, or lets it go on.
func changeJob(w *write, o *object, values map[string]any) fieldErrors {
	i := slices.IndexFunc(w.st.jobs, func(j *job) bool { return j.o == o })
	if values["status"] == nil {
		return nil
	}
	switch pausing := values["status"] == "paused"; {
	case i < 0, !pausing && o.str("status") != "paused", pausing && o.str("status") == "paused":
		return fieldErrors{"status": "The bulk action is " + o.str("status") + "."}
	case !pausing && w.c.now.Sub(w.st.jobs[i].since) > 7*24*time.Hour:
		return fieldErrors{"status": "A bulk action can be resumed within 7 days."}
	case !pausing && w.st.jobs[i].found == nil:
		values["status"] = "created" // it had not begun
	}
	w.st.jobs[i].since = w.c.now
	w.st.jobs[i].base, _ = o.values[jobDone].(int)
	return nil
}

// leadsOf is how many leads there are among objects, and how many belong to the first so many of them.
func leadsOf(all []*object, done int) (leads, processed int) {
	seen := map[any]bool{}
	for i, o := range all {
		if i == done {
			processed = len(seen)
		}
		seen[eventLead(o)] = true
	}
	if done == len(all) {
		processed = len(seen)
	}
	return len(seen), processed
}

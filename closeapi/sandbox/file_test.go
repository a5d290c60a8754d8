package sandbox_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	form := get[object](t, s, "POST", "/files/upload/", `{"filename":"plan a.png","content_type":"image/png"}`)
	upload, download := form["upload"].(object), form["download"].(object)["url"].(string)
	if !strings.HasPrefix(download, "https://app.close.com/go/file/temporary/") || upload["fields"].(object)["success_action_status"] != "201" {
		t.Errorf("form = %v", form)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, v := range upload["fields"].(object) {
		if err := w.WriteField(name, v.(string)); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "plan.png")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte("png"))
	_ = w.Close()
	req, err := http.NewRequestWithContext(t.Context(), "POST", upload["url"].(string), &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := s.Transport().RoundTrip(req) // without a credential
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Errorf("upload = %d, want 201", resp.StatusCode)
	}
	o := get[object](t, s, "POST", "/opportunity/", `{"lead_id":"`+s.IDs("lead")[0]+`","attachments":[{"filename":"plan a.png","url":"`+download+`","content_type":"image/png"}]}`)
	file := o["attachments"].([]any)[0].(object)
	if !strings.Contains(file["url"].(string), "/go/file/persisted/") || file["thumbnail_url"] == nil {
		t.Errorf("attached %v", file)
	}
	for name, body := range map[string]string{"attachments": `{"attachments":[{"filename":"x","url":"https://evil.example/x"}]}`} {
		if resp, answer := ask(t, s, "PUT", "/opportunity/"+o["id"].(string)+"/", body); resp.StatusCode != 400 || !strings.Contains(answer, name) {
			t.Errorf("%s = %d %s", body, resp.StatusCode, answer)
		}
	}
	if resp, body := ask(t, s, "POST", "/files/upload/", `{"filename":"x"}`); resp.StatusCode != 400 || !strings.Contains(body, `"content_type":"This field is required."`) {
		t.Errorf("without content_type = %d %s", resp.StatusCode, body)
	}
}

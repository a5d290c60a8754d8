package textbook

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// The members of Close's objects that the server knows. It asks for these and no others, as a careful developer would.
type (
	closeTask struct {
		ID         string  `json:"id"`
		Text       *string `json:"text"`
		Date       *string `json:"date"`
		IsComplete *bool   `json:"is_complete"`
		LeadID     *string `json:"lead_id"`
		AssignedTo *string `json:"assigned_to"`
		CreatedBy  *string `json:"created_by"`
	}
	closeLead struct {
		ID          string  `json:"id"`
		Name        *string `json:"name"`
		URL         *string `json:"url"`
		Description *string `json:"description"`
		StatusID    string  `json:"status_id"`
		StatusLabel *string `json:"status_label"`
	}
	closeUser struct {
		ID        string  `json:"id"`
		FirstName string  `json:"first_name"`
		LastName  string  `json:"last_name"`
		Email     *string `json:"email"`
		Image     *string `json:"image"`
	}
	closeList[T any] struct {
		Data []T `json:"data"`
	}
)

const (
	taskFields = "assigned_to,created_by,date,id,is_complete,lead_id,text"
	leadFields = "description,id,name,status_id,status_label,url"
)

// client calls Close.
type client struct {
	http http.Client
	key  string
}

// get reads what is at a path into v.
func (c *client) get(ctx context.Context, path string, params url.Values, v any) error {
	target := "https://api.close.com/api/v1" + path + "?" + params.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	req.SetBasicAuth(c.key, "")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(v)
}

using System.Text;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>
/// A field or value that the request's model refuses, while other models take it, is found before anything is sent. The message says what
/// to use instead.
/// </summary>
public sealed class ModelRulesTests
{
    [Theory]
    [InlineData("claude-opus-5-5", """ "thinking":{"type":"disabled"} """, "ThinkingRefused", "'adaptive'")]
    [InlineData("claude-opus-5-5", """ "thinking":{"type":"enabled","budget_tokens":2000} """, "ThinkingRefused", "-Thinking adaptive")]
    [InlineData("claude-sonnet-5-5", """ "thinking":{"type":"disabled"} """, "ThinkingRefused", "'between_tools'")]
    [InlineData("claude-haiku-5-5", """ "thinking":{"type":"enabled","budget_tokens":2000} """, "ThinkingRefused", "-Effort")]
    [InlineData("claude-fable-5", """ "thinking":{"type":"disabled"} """, "ThinkingRefused", "'adaptive'")]
    [InlineData("claude-mythos-5-2", """ "thinking":{"type":"disabled"} """, "ThinkingRefused", "'adaptive'")]
    [InlineData("claude-opus-5", """ "thinking":{"type":"disabled"},"output_config":{"effort":"xhigh"} """, "ThinkingRefused", "'high'")]
    [InlineData("claude-opus-5", """ "output_config":{"effort":"max"},"thinking":{"type":"disabled"} """, "ThinkingRefused", "'high'")]
    [InlineData("claude-opus-5-5", """ "thinking":{"type":"enabled","budget_tokens":5} """, "ThinkingRefused", "-Thinking adaptive")]
    [InlineData("claude-opus-5-5", """ "tool_choice":{"type":"any"} """, "ToolChoiceRefused", "output_config.format")]
    [InlineData("claude-sonnet-5-5", """ "tools":[{"name":"t","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"t"} """, "ToolChoiceRefused", "output_config.format")]
    [InlineData("claude-fable-5-1", """ "tool_choice":{"disable_parallel_tool_use":true,"type":"any"} """, "ToolChoiceRefused", "-OutputSchema")]
    [InlineData("claude-fable-5-2", """ "tool_choice":{"type":"any"} """, "ToolChoiceRefused", "'auto'")]
    [InlineData("claude-fable-5-2", """ "tools":[{"name":"x","input_schema":{"type":"object"}},{"name":"computer","type":"computer_20251124"}] """, "ToolRefused", "'computer_toolset_20260801'")]
    [InlineData("claude-fable-5-2", """ "tools":[{"type":"advisor_20260301","name":"advisor","model":"claude-opus-5-5"}] """, "ToolRefused", "claude-mythos-5-2")]
    [InlineData("claude-opus-4-5", """ "inference_geo":"us" """, "FieldRefused", "Claude 4.6")]
    public void A_fault_names_the_model_and_what_to_use_instead(string model, string fields, string id, string instead)
    {
        RequestFault fault = Assert.Single(Errors(Check(model, fields)));

        Assert.Equal(id, fault.Id);
        Assert.StartsWith(model, fault.Message, StringComparison.Ordinal);
        Assert.Contains(instead, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-opus-5", """ "thinking":{"type":"disabled"},"output_config":{"effort":"high"} """)]
    [InlineData("claude-opus-5", """ "thinking":{"type":"disabled"} """)]
    [InlineData("claude-sonnet-5-5", """ "thinking":{"type":"between_tools"} """)]
    [InlineData("claude-haiku-5-5", """ "tool_choice":{"type":"any"} """)]
    [InlineData("claude-haiku-5-5", """ "thinking":{"type":"disabled"} """)]
    [InlineData("claude-opus-5", """ "tools":[{"name":"t","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"t"} """)]
    [InlineData("claude-opus-5-5", """ "tool_choice":{"type":"auto"} """)]
    [InlineData("claude-fable-5-1", """ "tools":[{"name":"computer","type":"computer_20251124"}] """)]
    [InlineData("claude-fable-5-2", """ "tools":[{"type":"advisor_20260301","name":"advisor","model":"claude-mythos-5-2"}] """)]
    [InlineData("claude-opus-5", """ "tools":[{"type":"advisor_20260301","name":"advisor","model":"claude-opus-5"}] """)]
    [InlineData("claude-opus-4-6", """ "thinking":{"type":"enabled","budget_tokens":2000} """)]
    [InlineData("claude-opus-4-6", """ "inference_geo":"us" """)]
    [InlineData("claude-opus-4-5", """ "inference_geo":null """)]
    public void What_is_not_established_is_no_rule(string model, string fields) => Assert.Empty(Errors(Check(model, fields)));

    [Theory]
    [InlineData(""" "thinking":{"type":"disabled"} """)]
    [InlineData(""" "tool_choice":{"type":"any"} """)]
    [InlineData(""" "tools":[{"name":"computer","type":"computer_20251124"}] """)]
    [InlineData(""" "thinking":{"type":"enabled","budget_tokens":2000} """)]
    public void Of_a_model_that_is_not_known_nothing_is_refused(string fields) => Assert.Empty(Errors(Check("claude-fable-5-9", fields)));

    [Theory]
    [InlineData("claude-opus-4-7", "\"temperature\":0", "SamplingRefused")]
    [InlineData("claude-haiku-5-5", "\"top_p\":0.5", "SamplingRefused")]
    [InlineData("claude-sonnet-5", "\"top_k\":10", "SamplingRefused")]
    [InlineData("claude-opus-4-7", "\"temperature\":1", null)]
    [InlineData("claude-opus-4-7", "\"temperature\":0,\"top_p\":1", "SamplingRefused")]
    [InlineData("claude-opus-4-7", "\"top_p\":0.98", "SamplingRefused")]
    [InlineData("claude-opus-4-7", "\"top_p\":0.99", null)]
    [InlineData("claude-opus-4-7", "\"top_k\":1", "SamplingRefused")]
    [InlineData("claude-opus-4-7", "\"top_k\":0", null)]
    [InlineData("claude-opus-4-6", "\"temperature\":0", null)]
    public void Under_the_earlier_version_newer_models_take_sampling_at_its_default_only(string model, string fields, string? id)
        => Assert.Equal(id, Errors(Check(model, fields, "2023-06-01")).Select(static f => f.Id).SingleOrDefault());

    [Theory]
    [InlineData(""" "billing_policy":{"bill_to":"user_profile"} """, "'self'")]
    [InlineData(""" "fallbacks":[{"model":"claude-opus-5"}] """, "Invoke-ClaudeBatchRetry -Model")]
    [InlineData(""" "thread":{"store":true} """, "single messages")]
    [InlineData(""" "store":true """, "single messages")]
    [InlineData(""" "previous_thread_event_id":"e" """, "single messages")]
    [InlineData(""" "cache_hint":{"x":1} """, "cache_control")]
    [InlineData(""" "context_hint":"x" """, "cache_control")]
    [InlineData(""" "research_preview_2026_02":"active" """, "single messages")]
    public void What_no_batch_takes_is_refused_in_a_sentence(string fields, string words)
    {
        RequestFault fault = Assert.Single(Check("claude-haiku-4-5", fields).Faults);

        Assert.Equal(("FieldRefused", true), (fault.Id, fault.IsError));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "billing_policy":{"bill_to":"self"} """)]
    [InlineData(""" "fallbacks":null """)]
    [InlineData(""" "store":false """)]
    [InlineData(""" "fallback_credit_token":"t" """)]
    public void What_changes_nothing_is_let_through(string fields) => Assert.Empty(Check("claude-haiku-4-5", fields).Faults);

    private static IEnumerable<RequestFault> Errors(RequestFacts facts) => facts.Faults.Where(static f => f.IsError);

    private static RequestFacts Check(string model, string fields, string version = "2026-10-21")
        => new RequestChecker(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), version, []).Check(Encoding.UTF8.GetBytes(
            $$$"""{"custom_id":"a","params":{{{{fields}}},"model":"{{{model}}}","max_tokens":5000,"messages":[{"role":"user","content":"Hi"}]}}"""));
}

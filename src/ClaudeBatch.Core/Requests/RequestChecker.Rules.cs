using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Core.Requests;

/// <content>Finds what the model of a request refuses. Each fault says what to use instead.</content>
public sealed partial class RequestChecker
{
    private const int SmallestBudget = 1024;

    private static readonly string[] s_efforts = ["low", "medium", "high", "xhigh", "max"];

    private static readonly string[] s_thinking = ["adaptive", "between_tools", "disabled", "enabled"];

    // In steps, so that many requests that are too long have few different faults.
    private void ContextFault(ModelRecord model)
    {
        double tokens = _facts.LowTokens;
        if (tokens > model.Context && !betas.Any(static b => b.StartsWith("context-", StringComparison.Ordinal)))
        {
            double step = Math.Pow(10, Math.Floor(Math.Log10(tokens)) - 1);
            Error(
                "ContextExceeded",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Its prompt has {Math.Floor(tokens / step) * step:N0} tokens or more by our low estimate, and {_facts.Model} takes "
                        + $"{model.Context:N0}. Shorten or divide it, or use a model with a larger context."));
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void RuleFaults(string model, ModelRules rules)
    {
        ThinkingFaults(model, rules);
        EffortFaults(model, rules);
        if (rules.RefusesForcedTools && _facts.ToolChoice is "any" or "tool")
        {
            Error(
                "ToolChoiceRefused",
                $"{model} cannot be forced to use a tool (tool_choice '{_facts.ToolChoice}'); for an answer as JSON use "
                    + $"output_config.format (-OutputSchema), else tool_choice 'auto'.");
        }

        if (rules.RefusesPrefill && _facts.HasMessages && _facts.LastRole == "assistant" && !_facts.LastHasServerTool)
        {
            Error("PrefillRefused", $"The last message is the assistant's; {model} takes no prefill. End with a user message, or ask "
                + $"for a form with -OutputSchema.");
        }

        if (rules.RefusesSampling && _facts.Sampling is { } parameter)
        {
            Error(
                "SamplingRefused",
                $"{model} takes '{parameter}' at its default only; leave it out, and steer with the prompt or -Effort.");
        }

        if (rules.RefusesInferenceGeo && _facts.NamesInferenceGeo)
        {
            Error("FieldRefused", $"{model} does not take 'inference_geo'; leave it out, or use a model from Claude 4.6 on.");
        }

        foreach (string type in _facts.Tools.Types)
        {
            if (rules.Tools.TryGetValue(type, out string? instead))
            {
                Error("ToolRefused", $"{model} does not take the tool '{type}'; use '{instead}'.");
            }
        }

        if (_facts.Tools.Advisor is { } advisor && rules.Advisors.Count > 0 && !rules.Advisors.Contains(advisor))
        {
            Error("ToolRefused", $"{model} takes no '{advisor}' as its advisor; use {string.Join(" or ", rules.Advisors)}.");
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void ThinkingFaults(string model, ModelRules rules)
    {
        if (!_facts.HasThinking)
        {
            return;
        }

        string type = _facts.ThinkingType ?? string.Empty;
        if (!s_thinking.Contains(type))
        {
            Error("ThinkingRefused", $"Its thinking has the type '{type}'; there are {string.Join(", ", s_thinking)}.");
        }
        else if (rules.Thinking.TryGetValue(type, out string? instead))
        {
            Error("ThinkingRefused", (type, instead) switch
            {
                ("adaptive", "enabled") => $"{model} does not take thinking of the type 'adaptive'; give it a budget of tokens, such as "
                    + $"-Thinking 2048.",
                ("enabled", _) => $"{model} takes no thinking budget; use -Thinking {instead}, and -Effort to steer it.",
                (_, "adaptive") => $"{model} does not take thinking of the type '{type}'; use 'adaptive', with a low -Effort for "
                    + $"little of it.",
                _ => $"{model} does not take thinking of the type '{type}'; use '{instead}'.",
            });
        }
        else if (type != "enabled" && _facts.ThinkingBudget is not null)
        {
            Error("ThinkingRefused", $"Its thinking has the type '{type}' and budget_tokens, which only 'enabled' takes.");
        }
        else if (type == "disabled" && rules.MostEffortWithoutThinking is { } most
            && Array.IndexOf(s_efforts, _facts.Effort) > Array.IndexOf(s_efforts, most))
        {
            Error(
                "ThinkingRefused",
                $"{model} takes thinking of the type 'disabled' up to an effort of '{most}' only; lower the effort, or use 'adaptive'.");
        }
    }

    private void EffortFaults(string model, ModelRules rules)
    {
        if (_facts.Effort is not { } effort)
        {
            return;
        }

        if (!s_efforts.Contains(effort))
        {
            Error("EffortRefused", $"Its effort is '{effort}'; there are {string.Join(", ", s_efforts)}.");
        }
        else if (rules.RefusesEffort)
        {
            Error("EffortRefused", $"{model} takes no effort (output_config.effort); leave it out.");
        }
    }

    // Where a model takes no budget, there is a fault for that already, so the size of the budget is not checked.
    private void BudgetFault(ModelRules rules)
    {
        if (_facts.ThinkingType == "enabled" && !rules.Thinking.ContainsKey("enabled")
            && (_facts.ThinkingBudget is not { } budget || budget < SmallestBudget || budget >= _facts.MaxTokens))
        {
            Error("ThinkingRefused", $"A thinking budget is at least {SmallestBudget} tokens and below max_tokens.");
        }
    }
}

namespace ClaudeBatch.Core.Requests;

/// <content>Finds what is wrong with the tools of a request, the choice of them, and the schemas that its answer is to fit.</content>
public sealed partial class RequestChecker
{
    private readonly JsonMemo<ToolRules> _toolRules = new(ToolRules.Of);

    private readonly JsonMemo<SchemaRules> _schemaRules = new(static schema => SchemaRules.Of(schema));

    private void ToolFaults(ReadOnlySpan<byte> item)
    {
        ToolRules tools = _facts.ToolList is { } list ? _toolRules.Of(item[list]) : ToolRules.None;
        _facts.Faults.AddRange(tools.Faults);
        ChoiceFault(tools);
        (int optional, int unions) = (tools.Optional, tools.Unions);
        if (_facts.OutputSchema is { } where)
        {
            SchemaRules rules = _schemaRules.Of(item[where]);
            (optional, unions) = (optional + rules.Optional, unions + rules.Unions);
            if (rules.Faults.Count > 0)
            {
                Error("OutputSchemaInvalid", $"The service would refuse the schema of its output: {OutputSchema.Told(rules.Faults)}");
            }
        }

        foreach (string fault in OutputSchema.CountFaults(optional, unions))
        {
            Error("OutputSchemaInvalid", $"In its schemas {fault}");
        }
    }

    private void ChoiceFault(ToolRules tools)
    {
        if (_facts.ToolChoice != "tool" || tools.HasOtherNames || (_facts.ChosenTool is { } name && tools.Names.Contains(name)))
        {
            return;
        }

        string there = tools.Names.Count == 0 ? "it has no tools" : $"its tools are {string.Join(", ", tools.Names)}";
        Error(
            "ToolChoiceInvalid",
            _facts.ChosenTool is { } chosen
                ? $"Its tool_choice names the tool '{chosen}', which it has not; {there}."
                : $"Its tool_choice has the type 'tool' and no name; {there}.");
    }
}

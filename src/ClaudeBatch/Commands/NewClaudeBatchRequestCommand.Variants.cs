using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Commands;

/// <content>Rows that are asked in several ways.</content>
public sealed partial class NewClaudeBatchRequestCommand
{
    // The shell binds and checks what a variant says as it does what stands on a line. Its defaults of parameters are in what is given.
    private const string MakeTemplate = """
        param($command, $parameters)
        $PSDefaultParameterValues = @{}
        $said = @()
        & $command @parameters -ErrorAction Stop -WarningAction SilentlyContinue -WarningVariable said
        foreach ($one in $said) { $one.Message }
        """;

    private static readonly CmdletInfo s_templates = new("New-ClaudeBatchTemplate", typeof(NewClaudeBatchTemplateCommand));

    /// <summary>The model. A variant may name it, too, so that the line need not.</summary>
    [Parameter(ParameterSetName = InlineSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(Completers.ModelCompleter))]
    public override string? Model { get; set; }

    [Parameter(ParameterSetName = InlineSet)]
    [ValidateRange(1, int.MaxValue)]
    public override int MaxTokens { get; set; }

    /// <summary>
    /// Names of variants, each with the parameters that are other for it: each row becomes a request of each variant, whose id is the
    /// row's with the name behind it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? Variant { get; set; }

    private RequestMaker[] MakersOfVariants()
    {
        List<RequestMaker> makers = [];
        BatchTemplate? ofLine = Template is null ? null : BatchTemplate.From(Template);
        object? customId = CustomId ?? ofLine?.CustomId;
        foreach ((string name, IReadOnlyDictionary<string, object?> own) in RequestVariants.Read(Variant!, ofLine is not null))
        {
            BatchTemplate template = own.GetValueOrDefault(RequestVariants.Template) is { } given ? BatchTemplate.From(given)
                : ofLine ?? TemplateOf(name, own);
            if (CustomId is null && template.CustomId is { } id)
            {
                customId = customId is null || Equals(ForeignValue.Bare(customId), ForeignValue.Bare(id))
                    ? id
                    : throw new ClaudeBatchException(
                        FailureKind.InvalidArgument,
                        "ParameterConflict",
                        "All variants of a row have its id, and the templates have different ones; say which with -CustomId.");
            }

            bool isMessage = own.GetValueOrDefault(nameof(Message)) is not null;
            bool isPrompt = own.GetValueOrDefault(nameof(Prompt)) is not null;
            makers.Add(Maker(
                name,
                template,
                isMessage ? null : own.GetValueOrDefault(nameof(Prompt), Prompt),
                isPrompt ? null : MessagesOf(own),
                isMessage ? null : own.GetValueOrDefault(nameof(Image), Image),
                isMessage ? null : own.GetValueOrDefault(nameof(Document), Document)));
        }

        SetCustomId(customId);
        return [.. makers];
    }

    private BatchTemplate TemplateOf(string variant, IReadOnlyDictionary<string, object?> own)
    {
        Hashtable parameters = new(StringComparer.OrdinalIgnoreCase);
        foreach (string name in RequestVariants.OfTemplate)
        {
            if (own.TryGetValue(name, out object? value) || MyInvocation.BoundParameters.TryGetValue(name, out value))
            {
                parameters[name] = value;
            }

            if (value is null)
            {
                parameters.Remove(name); // without what the line says
            }
        }

        try
        {
            CheckModel(parameters.ContainsKey(nameof(Model)), parameters.ContainsKey(nameof(MaxTokens)));
            Collection<PSObject> made = InvokeCommand.InvokeScript(
                useLocalScope: true, ScriptBlock.Create(MakeTemplate), input: null, s_templates, parameters);
            foreach (PSObject warning in made.Skip(1))
            {
                Warn($"Variant '{variant}': {warning}");
            }

            return BatchTemplate.From(made[0]);
        }
        catch (ClaudeBatchException failure)
        {
            throw RequestVariants.Of(variant, failure);
        }
        catch (CmdletInvocationException e) when (e.InnerException is ClaudeBatchException failure)
        {
            throw RequestVariants.Of(variant, failure);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw RequestVariants.Of(variant, new ClaudeBatchException(FailureKind.InvalidArgument, "VariantInvalid", e.Message, e));
        }
    }

    private object[]? MessagesOf(IReadOnlyDictionary<string, object?> own)
        => own.TryGetValue(nameof(Message), out object? given) ? LanguagePrimitives.ConvertTo<object[]>(given) : Message;

    // Where one of a row's variants has a fault, none of them becomes a request: they are there to be compared.
    private IEnumerable<BatchRequest> MakeAll(ShellRow? row)
    {
        _rows++;
        try
        {
            Enter(row);
            string[] asked = Array.ConvertAll(_makers, m => Ask(m, row));
            string id = Id(row, asked[0]);
            return Array.ConvertAll(_makers, m => m.Render(IdOf(id, m.Variant!)))
                .Select((request, i) => Noted(_makers[i], request, row, asked[i]))
                .ToArray();
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal && failure.Id != MisspeltId)
        {
            _faults.Add(_rows, failure, row?.Given);
            return [];
        }
    }

    private static string Ask(RequestMaker maker, ShellRow? row)
    {
        string asked = string.Empty;
        Named(maker, () => asked = maker.Ask(row));
        return asked;
    }

    private static void Named(RequestMaker maker, Action work)
    {
        try
        {
            work();
        }
        catch (ClaudeBatchException failure) when (maker.Variant is not null)
        {
            throw RequestVariants.Of(maker.Variant, failure);
        }
    }

    // What all variants warn of is said once, without their names.
    private IEnumerable<string> Warnings() => _makers
        .SelectMany(static m => m.Warnings().Select(w => (Warning: w, m.Variant)))
        .GroupBy(static w => w.Warning, static w => w.Variant)
        .Select(w => w.Count() == _makers.Length ? w.Key : $"Variant '{string.Join("', '", w)}': {w.Key}");

    private static string IdOf(string row, string variant)
    {
        string id = $"{row}{Core.Ledger.Variant.Mark}{variant}";
        return id.Length <= Core.Requests.CustomId.Longest
            ? id
            : throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "VariantIdTooLong",
                $"The id with '{Core.Ledger.Variant.Mark}{variant}' behind it has more than the {Core.Requests.CustomId.Longest} characters that the "
                    + "service takes. Give shorter ids with -CustomId, or the variant a shorter name.")
            { Target = row };
    }
}

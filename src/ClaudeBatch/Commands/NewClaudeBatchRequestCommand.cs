using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Output;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Commands;

/// <summary>Makes one request from each row.</summary>
[Cmdlet(VerbsCommon.New, "ClaudeBatchRequest", DefaultParameterSetName = InlineSet)]
[OutputType(typeof(BatchRequest))]
public sealed partial class NewClaudeBatchRequestCommand : TemplateCommand
{
    private const string TemplateSet = "Template";

    // The template is wrong, and not the row: no further row is read.
    private const string MisspeltId = "PlaceholderMisspelt";

    private readonly ContentIds _contentIds = new();

    // One, or one a variant.
    private RequestMaker[] _makers = [];

    private RowText? _customId;

    private UploadedAttachments? _uploads;

    private RowWriter? _source;

    private readonly RowFaults _faults = new();

    private long _rows;

    // Whether the next command takes requests together.
    private bool? _isBundled;

    private RequestBundle _bundle = new();

    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>CSV files whose rows are read in place of rows from the pipeline, as Import-Csv reads them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [PathTransformation(isLiteral: false)]
    public string[] Path { get; set; } = [];

    [Parameter]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    [PathTransformation(isLiteral: true)]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>What stands between the cells of the files.</summary>
    [Parameter]
    public char Delimiter { get; set; } = ',';

    /// <summary>A template from New-ClaudeBatchTemplate.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TemplateSet)]
    [ValidateNotNull]
    public object? Template { get; set; }

    /// <summary>Whole messages in place of a prompt, or a script block that returns them for each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Message { get; set; }

    /// <summary>Paths, files, Files API ids or web addresses; text templates, or a script block that is run for each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Image { get; set; }

    /// <summary>PDF or text documents, given as those of <see cref="Image"/> are.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Document { get; set; }

    /// <summary>Has each local file of -Document and -Image uploaded once, in place of its content in every request.</summary>
    [Parameter]
    public SwitchParameter Upload { get; set; }

    /// <summary>The properties of the row that are stored with the request.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [SupportsWildcards]
    public string[]? SourceProperty { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        if (Message is not null && (Prompt is not null || Image is not null || Document is not null))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ParameterConflict", "-Message says all that is asked; leave -Prompt, -Image and "
                    + "-Document out, or put them into it.");
        }

        CheckInput();
        _makers = Variant is null ? [MakerOfLine()] : MakersOfVariants();
        if (Upload && _makers.All(static m => m.Images is null && m.Documents is null))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ParameterConflict",
                "-Upload is about the files of -Document and -Image, and none are given.");
        }

        _source = new RowWriter(SourceProperty, [.. _makers.SelectMany(static m => m.Names).Concat(_customId?.Names ?? [])]);
        return Task.CompletedTask;
    }

    // Not asynchronous: a row takes microseconds, and the pump would double that.
    protected override void ProcessRecord()
    {
        try
        {
            if (HasFiles)
            {
                AddFiles();
                return;
            }

            bool hasRow = MyInvocation.ExpectingInput || IsGiven(nameof(InputObject));
            foreach (object? row in PipelineInput.Of(this, InputObject))
            {
                Take(hasRow, row);
            }
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(failure.ToErrorRecord());
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        HandBundle();
        foreach (ClaudeBatchException fault in _faults.ToErrors())
        {
            Fail(fault);
        }

        foreach (string warning in Warnings())
        {
            Warn(warning);
        }

        bool hasRows = _rows > 0 && (HasFiles || MyInvocation.ExpectingInput || IsGiven(nameof(InputObject)));
        if (hasRows && _source!.Absent.Count > 0)
        {
            string names = string.Join(", ", _source.Absent.Select(static n => $"'{n}'"));
            Warn($"No row has {names}, which -SourceProperty names; the results will not have it.");
        }

        if (_source!.Twins.Count > 0)
        {
            string twins = string.Join(", ", _source.Twins.Select(static n => $"'{n}'"));
            Warn($"Rows have {twins} twice, in letters of another case. To PowerShell such names are one: of each the first is kept beside "
                + "the request.");
        }

        // A picture or a document that is the row itself says what it is.
        if (_source.KeepsNothing && _makers.All(static m => m.Images is null && m.Documents is null))
        {
            Warn("Nothing of some rows is kept beside their requests: they are objects of which no template names a property. Name with "
                + "-SourceProperty what the results are to have.");
        }

        if (_contentIds.Repeated > 0)
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{_contentIds.Repeated} rows were equal to an earlier one; their ids got a number at the end. Give -CustomId to name rows "
                    + $"yourself."));
        }

        return Task.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Array.ForEach(_makers, static m => m.Dispose());
            _source?.Dispose();
            _contentIds.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Take(bool hasRow, object? given)
    {
        if (hasRow && given is null)
        {
            _faults.Add(++_rows, new ClaudeBatchException(FailureKind.InvalidRequest, "RowEmpty", "The row is null."), input: null);
            return;
        }

        ShellRow? row = hasRow ? new ShellRow(given!, _rows + 1) : null;
        if (Variant is null)
        {
            Hand(Make(row));
            return;
        }

        foreach (BatchRequest request in MakeAll(row))
        {
            Hand(request);
        }
    }

    // Gives the request of a row, or of what is asked without one. A fault of the row is noted, and told with those of the other rows.
    [MethodImpl(Hot.AtOnce)]
    private BatchRequest? Make(ShellRow? row)
    {
        _rows++;
        try
        {
            Enter(row);
            string asked = _makers[0].Ask(row);
            return Noted(_makers[0], _makers[0].Render(Id(row, asked)), row, asked);
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal && failure.Id != MisspeltId)
        {
            _faults.Add(_rows, failure, row?.Given);
            return null;
        }
    }

    private void Hand(BatchRequest? request)
    {
        if (request is null)
        {
            return;
        }

        _isBundled ??= Downstream.Of(this) is SubmissionCommand;
        if (_isBundled == false)
        {
            WriteObject(request);
            return;
        }

        _bundle.Requests.Add(request);
        if (_bundle.IsFull)
        {
            HandBundle();
        }
    }

    private void HandBundle()
    {
        if (_bundle.Requests.Count > 0)
        {
            WriteOutput(_bundle);
            _bundle = new RequestBundle();
        }
    }
}

using ClaudeBatch.Core;

namespace ClaudeBatch.Simulation;

/// <summary>
/// A simulated process: a thread that runs only while the history lets it, from one place where it can be interrupted to the next.
/// </summary>
internal sealed class SimulatedProcess
{
    private readonly World _world;

    private readonly Action<SimulatedProcess> _work;

    private readonly SemaphoreSlim _go = new(0);

    private Thread? _thread;

    private bool _isKilled;

    private int _calls;

    public SimulatedProcess(World world, string name, Action<SimulatedProcess> work)
    {
        _world = world;
        _work = work;
        Name = name;
    }

    /// <summary>The most calls that one command may make.</summary>
    private const int MostCalls = 400;

    public string Name { get; }

    /// <summary>How far its clock is ahead of the true time.</summary>
    public TimeSpan Skew { get; set; }

    public DateTimeOffset? WakesAt { get; private set; }

    public bool IsOver { get; private set; }

    /// <summary>How often it has died; another one was started in its place.</summary>
    public int Deaths { get; private set; }

    /// <summary>What has ended it, where that was neither its end nor its death.</summary>
    public Exception? Failure { get; private set; }

    public void Go()
    {
        if (_thread is null)
        {
            _thread = new Thread(Live) { IsBackground = true };
            _thread.Start();
        }
        else
        {
            _go.Release();
        }
    }

    /// <summary>Does the work on this thread, while no other process is left.</summary>
    public void RunAlone()
    {
        Action<string>? listener = Milestone.Passed;
        bool runsFirst = SideTask.RunsFirst;
        try
        {
            Listen();
            _work(this);
        }
        finally
        {
            Milestone.Passed = listener;
            SideTask.RunsFirst = runsFirst;
        }
    }

    /// <summary>Whether the history is over, and no other process is started in the place of this one.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Ends it wherever it is, when it goes on next.</summary>
    public void End() => _isKilled = IsEnded = true;

    /// <summary>Lets the other processes go on.</summary>
    public void Yield() => Wait(null);

    public void Sleep(TimeSpan time)
    {
        if (_world.IsQuiet)
        {
            _world.Pass(time);
        }
        else
        {
            Wait(_world.Now + time);
        }
    }

    public void Die(string where)
    {
        _world.Note(Name, $"dies: {where}");
        _isKilled = true;
        Deaths++;
        throw new ProcessDied();
    }

    /// <summary>Counts a call to the service, so that a command without an end is noticed.</summary>
    public void CountCall()
    {
        if (_isKilled)
        {
            throw new ProcessDied();
        }

        if (++_calls > MostCalls)
        {
            throw new Broken("Endless", $"{Name} has made {MostCalls} calls in one command.");
        }
    }

    public void BeginCommand(string what)
    {
        _calls = 0;
        _world.Note(Name, what);
    }

    /// <summary>A process is started in the place of the one that has died.</summary>
    public void Revive() => _isKilled = false;

    private void Wait(DateTimeOffset? until)
    {
        if (_isKilled)
        {
            throw new ProcessDied();
        }

        if (_world.IsQuiet)
        {
            return;
        }

        WakesAt = until;
        _world.HandBack();
        _go.Wait();
        WakesAt = null;
        if (_isKilled)
        {
            throw new ProcessDied();
        }
    }

    private void Live()
    {
        try
        {
            Listen();
            _work(this);
        }
        catch (ProcessDied)
        {
            // The history is over.
        }
        catch (Exception e)
        {
            Failure = e;
        }

        IsOver = true;
        _world.HandBack();
    }

    private void Listen()
    {
        SideTask.RunsFirst = true;
        Milestone.Passed = OnMilestone;
    }

    private void OnMilestone(string name)
    {
        if (_isKilled)
        {
            throw new ProcessDied();
        }

        if (_world.IsQuiet)
        {
            return;
        }

        switch (_world.Choices.Next(30, 6, 1, 1))
        {
            // Inside a transaction no other process could go on.
            case 1 or 3 when name is "sealing" or "migrating":
                break;
            case 1:
                Yield();
                break;
            case 2:
                Die(name);
                break;
            case 3:
                _world.Note(Name, $"is suspended: {name}");
                Sleep(TimeSpan.FromMinutes(7));
                break;
            default:
                break;
        }
    }
}
